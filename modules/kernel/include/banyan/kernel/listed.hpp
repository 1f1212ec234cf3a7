// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace banyan {

/// For people: "catalog, orders and warehouse".
std::string listed(const std::vector<std::string>& words);

}  // namespace banyan
