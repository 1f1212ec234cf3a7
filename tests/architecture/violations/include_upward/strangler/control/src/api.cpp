#include "banyan/host/composition.hpp"
#include "orders/port.hpp"
#include "banyan/routing/route.hpp"
