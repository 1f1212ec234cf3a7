# expect: module 'warehouse' NEEDS 'catalogue', and there is no such module.
# expect: Known are: catalog;warehouse. Correct
declare(catalog)
declare(warehouse NEEDS catalogue)
banyan_check_modules()
