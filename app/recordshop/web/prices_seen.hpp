// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "banyan/kernel/money.hpp"
#include "web/basket_view.hpp"
#include "web/html.hpp"

namespace recordshop::web {

/// The prices that the visitor has been shown, by their tracks.
using PricesSeen = std::map<catalog::TrackId, banyan::Money>;

PricesSeen prices_shown(const BasketView& view);

/// Fields of the form that orders, and what such a form has said of the lines of the basket.
Html seen_fields(const PricesSeen& prices);
PricesSeen prices_seen(const Visit& visit);

}  // namespace recordshop::web
