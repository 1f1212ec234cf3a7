#pragma once
#include "modules/orders/src/domain/order.hpp"
// orders/port.hpp
