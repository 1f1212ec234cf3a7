# expect: module 'catalog' is both in BANYAN_ROUTED and in BANYAN_EXTRACT
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
banyan_add_flavour(shop both ROUTED catalog EXTRACT catalog)
