#include "host/composition.hpp"
#include "orders/port.hpp"
