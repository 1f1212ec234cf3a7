// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "web/html.hpp"

/// The fields of the forms about an account.
namespace recordshop::web {

struct Field {
  std::string_view id, name, label, type, fill;
  std::string value{};  ///< what stands there already
};

Html field(const Field& field);
/// `chosen`: a country's code; "" begins with the shop's own.
Html country_field(std::string_view id, std::string_view chosen);

}  // namespace recordshop::web
