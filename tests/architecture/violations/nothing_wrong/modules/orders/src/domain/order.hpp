#pragma once
#include "kernel/id.hpp"
// domain/order.hpp
