# expect: table 'stock' is owned by 'catalog' and by 'warehouse'. A table has one owner; let the other ask its port.
declare(catalog TABLES tracks stock)
declare(warehouse TABLES stock)
banyan_check_modules()
