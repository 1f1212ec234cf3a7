# expect: banyan_add_app(shop): there is no module 'orderz'. Known: catalog.
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog orderz)
