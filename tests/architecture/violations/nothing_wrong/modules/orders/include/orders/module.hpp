#pragma once
#include "catalog/port.hpp"
// orders/module.hpp
