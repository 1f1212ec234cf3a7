#include "host/composition.hpp"
#include "orders/port.hpp"
#include "routing/route.hpp"
