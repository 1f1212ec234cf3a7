#include "persistence/sql_orders.hpp"

#include "application/place_order.hpp"
#include "orders/port.hpp"
