# expect: banyan_add_app(shop): unknown argument(s) MODULE;catalog. Known are MODULES LINKS.
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULE catalog)
