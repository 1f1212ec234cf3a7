// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/kernel/result.hpp"
#include "web/html.hpp"

/// The fields of the forms about an account.
namespace recordshop::web {

struct Field {
  std::string_view id, name, label, type, fill;
  std::string value{};  ///< what stands there already
  bool required = true;
};

Html field(const Field& field);
/// `chosen`: a country's code, which is what the form sends unless somebody chooses another one;
/// "" begins with the shop's own.
Html country_field(std::string_view id, std::string_view chosen);

/// What customers says is wrong with what was typed, field by field, in the words of the forms:
/// "Street and number: expected 1 … 100 characters, got 0."
std::string wrong_fields(const banyan::Error& error);

}  // namespace recordshop::web
