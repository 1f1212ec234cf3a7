# expect: warehouse SUBSCRIBES catalog, which names no event.
declare(catalog)
declare(warehouse SUBSCRIBES catalog)
