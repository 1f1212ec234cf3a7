# expect: the modules catalog;warehouse need each other in a circle. Turn one arrow round
declare(catalog NEEDS warehouse)
declare(warehouse NEEDS catalog)
declare(orders)
banyan_check_modules()
