#include "catalog/events.hpp"
#include "catalog/port.hpp"

const char* follow() { return kEvent; }
