#include "banyan/host/composition.hpp"
#include "orders/port.hpp"
