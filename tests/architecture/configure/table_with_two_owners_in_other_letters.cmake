# expect: table 'Stock' is owned by 'catalog' and by 'warehouse'. A table has one owner; let the other ask its port.
declare(catalog TABLES tracks stock)
declare(warehouse TABLES Stock)
banyan_check_modules()
