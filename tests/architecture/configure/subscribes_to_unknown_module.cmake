# expect: module 'warehouse' SUBSCRIBES 'catalogue.track_added', and there is no module 'catalogue'.
declare(catalog)
declare(warehouse SUBSCRIBES catalogue.track_added)
banyan_check_modules()
