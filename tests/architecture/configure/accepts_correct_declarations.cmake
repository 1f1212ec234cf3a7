# expect: all declarations are in order
declare(catalog TABLES tracks)
declare(warehouse NEEDS catalog TABLES stock)
banyan_check_modules()
banyan_add_app(shop MODULES catalog warehouse)
banyan_check_apps()
