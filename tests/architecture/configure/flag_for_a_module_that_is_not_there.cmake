# expect: -DBANYAN_EXTRACT=payments: no application has a module 'payments'. There are: catalog.
set(BANYAN_EXTRACT payments)
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
banyan_check_apps()
