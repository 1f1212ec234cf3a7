#include "host/composition.hpp"
