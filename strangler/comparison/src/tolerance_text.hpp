// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/comparison/rules.hpp"

namespace banyan::strangler {

/// Whether two numbers of JSON are no further apart than the rule lets them be.
bool is_within(const FieldRule& rule, std::string_view old_raw, std::string_view new_raw);

/// Why two numbers are not: "0.005 apart, 0.004 allowed", "11 % apart, 10 % allowed". Of numbers of
/// which examples show no more than their forms it is about as far, with one digit that counts:
/// whoever knows one of the two does not know the other.
std::string tolerance_text(const FieldRule& rule, std::string_view old_raw,
                           std::string_view new_raw);

}  // namespace banyan::strangler
