#pragma once
#include "persistence/sql_orders.hpp"
// application/place_order.hpp
