// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/kernel/id.hpp"
#include "catalog/ids.hpp"
#include "customers/ids.hpp"

namespace orders {

struct OrderTag {
  static constexpr std::string_view prefix = "ord";
};
using OrderId = banyan::Id<OrderTag>;

using catalog::TrackId;
using customers::CustomerId;

}  // namespace orders
