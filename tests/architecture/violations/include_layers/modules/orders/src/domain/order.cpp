#include "domain/order.hpp"

#include "application/place_order.hpp"
