// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "catalog/ids.hpp"
#include "kernel/id.hpp"

namespace orders {

struct OrderTag {
  static constexpr std::string_view prefix = "ord";
};
using OrderId = banyan::Id<OrderTag>;

/// Who orders; a soft reference.
struct CustomerTag {
  static constexpr std::string_view prefix = "cus";
};
using CustomerId = banyan::Id<CustomerTag>;

using catalog::TrackId;

}  // namespace orders
