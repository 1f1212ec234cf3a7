#include "catalog/port.hpp"
#include "orders/module.hpp"
#include "sql/session.hpp"
