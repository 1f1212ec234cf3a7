// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "load/shop_api.hpp"

namespace journey {

/// The samples of the shop's /metrics that have the name and contain all the labels, added up.
double metric(recordshop::load::ShopApi& shop, std::string_view name,
              const std::vector<std::string>& labels);

}  // namespace journey
