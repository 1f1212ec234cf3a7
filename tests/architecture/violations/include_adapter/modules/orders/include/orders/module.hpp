#pragma once
#include "banyan/sql/session.hpp"
// orders/module.hpp
