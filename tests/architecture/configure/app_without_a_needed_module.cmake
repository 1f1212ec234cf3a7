# expect: banyan_add_app(shop): module 'warehouse' NEEDS 'catalog', which is not among its MODULES.
declare(catalog)
declare(warehouse NEEDS catalog)
banyan_check_modules()
banyan_add_app(shop MODULES warehouse)
