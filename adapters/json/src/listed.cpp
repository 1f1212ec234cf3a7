// SPDX-License-Identifier: Apache-2.0
#include "banyan/json/listed.hpp"

#include <cstddef>

namespace banyan::json {
namespace {

constexpr std::size_t kMostListed = 12;

}  // namespace

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == kMostListed) return text + ", …";
    if (i > 0) text += ", ";
    text += names[i];
  }
  return text;
}

}  // namespace banyan::json
