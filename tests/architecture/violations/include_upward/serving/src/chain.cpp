#include "banyan/host/composition.hpp"
#include "banyan/routing/route.hpp"
