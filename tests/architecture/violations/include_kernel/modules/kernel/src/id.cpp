#include "kernel/id.hpp"
