// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banyan {

/// For people: "", "catalog", "catalog and orders", "catalog, orders and warehouse"; with "or" for
/// `before_last` "catalog, orders or warehouse".
std::string listed(const std::vector<std::string>& words, std::string_view before_last = "and");

}  // namespace banyan
