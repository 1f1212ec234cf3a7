# expect: the modules catalog need each other in a circle
declare(catalog NEEDS catalog)
banyan_check_modules()
