#include "orders/port.hpp"

#include "payments/port.hpp"
