#include "orders/port.hpp"
#include "banyan/routing/route.hpp"
