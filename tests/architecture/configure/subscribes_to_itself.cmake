# expect: warehouse SUBSCRIBES warehouse.stock_received, an event of its own.
declare(warehouse SUBSCRIBES warehouse.stock_received)
