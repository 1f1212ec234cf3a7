// Finds it without any include path at all.
#include "../../../catalog/include/catalog/port.hpp"
