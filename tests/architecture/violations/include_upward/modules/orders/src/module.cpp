#include "banyan/routing/route.hpp"
