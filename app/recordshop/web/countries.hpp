// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace recordshop::web {

struct Country {
  std::string_view code;  ///< its two letters (ISO 3166-1)
  std::string_view name;
};

/// All where a customer may live, by their names.
std::span<const Country> countries();

}  // namespace recordshop::web
