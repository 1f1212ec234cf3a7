# expect: module 'catalog' is both in BANYAN_ROUTED and in BANYAN_EXTRACT
# expect: Choose one.
set(BANYAN_ROUTED catalog)
set(BANYAN_EXTRACT catalog)
declare(catalog)
banyan_check_modules()
banyan_add_app(shop MODULES catalog)
