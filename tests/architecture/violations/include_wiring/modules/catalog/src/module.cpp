#include "catalog/module.hpp"
