// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/kernel/id.hpp"

namespace payments {

/// What payments calls an order: the id that it is given, kept as a soft reference. Its own type,
/// because payments does not know the module that asks for money.
struct OrderTag {
  static constexpr std::string_view prefix = "ord";
};
using OrderId = banyan::Id<OrderTag>;

/// Who pays; a soft reference too.
struct CustomerTag {
  static constexpr std::string_view prefix = "cus";
};
using CustomerId = banyan::Id<CustomerTag>;

}  // namespace payments
