# expect: module 'reviews' is in no application, so nobody could call it. Add it to banyan_add_app(… MODULES …).
declare(catalog)
declare(reviews NEEDS catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
banyan_check_apps()
