// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/kernel/id.hpp"
#include "catalog/ids.hpp"

namespace warehouse {

/// What the warehouse calls an order: the id that it is given, kept as a soft reference. Its own
/// type, because the warehouse does not know the module that hands orders to it.
struct OrderTag {
  static constexpr std::string_view prefix = "ord";
};
using OrderId = banyan::Id<OrderTag>;

using catalog::TrackId;

}  // namespace warehouse
