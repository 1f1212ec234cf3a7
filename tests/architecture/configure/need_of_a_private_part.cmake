# expect: warehouse NEEDS catalog.core, which is private to 'catalog'.
# expect: write NEEDS catalog, and publish what you miss in modules/catalog/include/catalog/.
declare(catalog)
declare(warehouse NEEDS catalog.core)
