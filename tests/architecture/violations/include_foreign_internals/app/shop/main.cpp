#include "modules/catalog/src/domain/price.hpp"
