#pragma once
#include <boost/config.hpp>

#include "json/codec.hpp"
// kernel/id.hpp
