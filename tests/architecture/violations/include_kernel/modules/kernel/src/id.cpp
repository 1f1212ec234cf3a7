#include "banyan/kernel/id.hpp"
