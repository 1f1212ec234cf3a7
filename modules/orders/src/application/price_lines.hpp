// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "catalog/port.hpp"
#include "orders/port.hpp"

namespace orders {

/// Lines with the titles and prices of now. NotFound "orders.unknown_track" names every line whose
/// track does not exist; what the catalogue fails with otherwise is handed on.
banyan::Result<std::vector<OrderLine>> price_lines(catalog::Catalog& catalog,
                                                   const std::vector<LineRequest>& lines,
                                                   const banyan::Context& context);

}  // namespace orders
