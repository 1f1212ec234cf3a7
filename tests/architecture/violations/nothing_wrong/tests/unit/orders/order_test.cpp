#include "modules/orders/src/domain/order.hpp"
