#pragma once
#include "orders/port.hpp"
// application/prices.hpp
