#pragma once
#include <string>
// kernel/id.hpp
