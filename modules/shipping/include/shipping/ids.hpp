// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/kernel/id.hpp"
#include "customers/ids.hpp"

namespace shipping {

/// What shipping calls an order: the id that it is given, kept as a soft reference. Its own type,
/// because shipping does not know the module that takes orders. A consignment has no other name.
struct OrderTag {
  static constexpr std::string_view prefix = "ord";
};
using OrderId = banyan::Id<OrderTag>;

using customers::CustomerId;

}  // namespace shipping
