# expect: -DBANYAN_EXTRACT=payments: shop has no module 'payments'. It has: catalog.
set(BANYAN_EXTRACT payments)
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
