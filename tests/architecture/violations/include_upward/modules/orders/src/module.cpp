#include "routing/route.hpp"
