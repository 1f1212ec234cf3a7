#pragma once
#include "banyan/kernel/id.hpp"
// domain/order.hpp
