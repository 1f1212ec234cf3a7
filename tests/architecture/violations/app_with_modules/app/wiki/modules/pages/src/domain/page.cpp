#include "app/wiki/modules/pages/src/domain/page.hpp"

#include <random>

int page() {
  std::random_device device;
  return static_cast<int>(device());
}
