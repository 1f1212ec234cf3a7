# expect: -DBANYAN_ROUTED_shop=orders: shop has no module 'orders'. It has: catalog.
set(BANYAN_ROUTED_shop orders)
declare(catalog)
declare(orders)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
