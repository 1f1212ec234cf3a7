// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "banyan/program/settings.hpp"

namespace banyan::program {

std::vector<std::string> environment() {
  std::vector<std::string> entries;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    entries.emplace_back(*each);
  }
  return entries;
}

}  // namespace banyan::program
