# expect: module 'warehouse' SUBSCRIBES 'catalog.track_added', and 'catalog' publishes no events.
declare(catalog)
declare(warehouse SUBSCRIBES catalog.track_added)
banyan_check_modules()
