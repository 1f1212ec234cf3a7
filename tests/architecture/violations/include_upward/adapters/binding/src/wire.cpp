#include "orders/port.hpp"
#include "routing/route.hpp"
