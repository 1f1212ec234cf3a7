# expect: banyan_add_map(shop): there is no such application. Call banyan_add_app(shop …) before.
declare(catalog)
banyan_check_modules()
banyan_add_map(shop)
