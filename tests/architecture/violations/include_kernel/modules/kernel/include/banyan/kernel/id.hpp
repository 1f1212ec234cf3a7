#pragma once
#include <boost/config.hpp>

#include "banyan/json/codec.hpp"
// kernel/id.hpp
