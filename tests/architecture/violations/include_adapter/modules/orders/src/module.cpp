#include "orders/module.hpp"

#include "banyan/sql/session.hpp"
