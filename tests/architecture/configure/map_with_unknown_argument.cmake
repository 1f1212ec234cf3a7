# expect: banyan_add_map(shop): unknown argument(s) OUTPUT;docs. Known are INTO BASELINE.
declare(catalog)
banyan_check_modules()
banyan_add_map(shop OUTPUT docs)
