#include "orders/module.hpp"

#include "sql/session.hpp"
