# expect: banyan_add_flavour(shop extracted): shop has no module 'orderz'. It has: catalog.
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
banyan_add_flavour(shop extracted EXTRACT orderz)
