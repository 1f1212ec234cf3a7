# expect: -DBANYAN_ROUTED_shpo: there is no application 'shpo'. There are: shop. Correct it, and take this one back:
# expect: -UBANYAN_ROUTED_shpo.
set(BANYAN_ROUTED_shpo catalog CACHE STRING "")
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
banyan_check_apps()
