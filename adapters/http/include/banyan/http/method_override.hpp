// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "banyan/http/names_alike.hpp"

namespace banyan::http {

/// Whether some frameworks take a request that has such a field for one of the method that it says:
/// what is called a read may be a write to them.
constexpr bool overrides_method(std::string_view name) noexcept {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override"});
  return std::ranges::any_of(kNames,
                             [&](std::string_view each) { return names_are_alike(each, name); });
}

}  // namespace banyan::http
