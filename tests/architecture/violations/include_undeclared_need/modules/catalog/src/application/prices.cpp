#include "application/prices.hpp"
