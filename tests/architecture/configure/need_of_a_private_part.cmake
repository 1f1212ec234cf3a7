# expect: warehouse NEEDS catalog.core, which is private to 'catalog'.
# expect: write NEEDS catalog, and publish what you miss in include/catalog/ of that module.
declare(catalog)
declare(warehouse NEEDS catalog.core)
