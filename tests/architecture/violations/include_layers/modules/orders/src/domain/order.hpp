#pragma once
#include "catalog/port.hpp"
// domain/order.hpp
