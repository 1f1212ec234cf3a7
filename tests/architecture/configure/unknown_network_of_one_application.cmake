# expect: BANYAN_NETWORK=pocco: there is no such network adapter. There are: engine (the default) and poco.
set(BANYAN_NETWORK_shop pocco)
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
