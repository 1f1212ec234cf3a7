#pragma once
#include "sql/session.hpp"
// orders/module.hpp
