// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/kernel/id.hpp"

namespace customers {

struct CustomerTag {
  static constexpr std::string_view prefix = "cus";
};
using CustomerId = banyan::Id<CustomerTag>;

}  // namespace customers
