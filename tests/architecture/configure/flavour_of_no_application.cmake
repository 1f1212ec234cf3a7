# expect: banyan_add_flavour(shpo extracted): there is no application 'shpo'. There are: shop. A flavour comes after
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
banyan_add_flavour(shpo extracted)
