// SPDX-License-Identifier: Apache-2.0
#include "check/example_path.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace banyan::cli::check {

std::string example_path(const strangler::Route& route) {
  std::string path;
  std::string_view rest = route.path;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    path += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    path += "banyan-check";
    rest.remove_prefix(std::min(rest.size(), rest.find('}', open) + 1));
  }
  return path;
}

}  // namespace banyan::cli::check
