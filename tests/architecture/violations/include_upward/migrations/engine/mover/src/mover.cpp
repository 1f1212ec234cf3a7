#include "banyan/host/composition.hpp"
