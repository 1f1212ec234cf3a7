// SPDX-License-Identifier: Apache-2.0
#include "web/prices_seen.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "web/frame.hpp"

namespace recordshop::web {
namespace {

using banyan::Money;
using catalog::TrackId;

// In the form that orders, a field for each line: "129 EUR".
std::string seen_field(const TrackId& track) { return "seen-" + track.str(); }

}  // namespace

Html seen_fields(const PricesSeen& prices) {
  return each(prices, [](const auto& seen) {
    const auto& [track, price] = seen;
    return hidden(seen_field(track), std::to_string(price.minor_units) + ' ' + price.currency);
  });
}

PricesSeen prices_shown(const BasketView& view) {
  PricesSeen all;
  for (const auto& [id, track] : view.tracks) all.emplace(id, track.price);
  return all;
}

PricesSeen prices_seen(const Visit& visit) {
  constexpr std::int64_t kDearest = 100'000'000;  // of the catalogue: more was never shown
  PricesSeen all;
  for (const Basket::Line& line : visit.basket().lines()) {
    const std::string_view said = visit.form().get(seen_field(line.track));
    const std::string_view number = said.substr(0, said.find(' '));
    Money price;
    const auto read =
        std::from_chars(number.data(), number.data() + number.size(), price.minor_units);
    if (read.ec != std::errc{} || number.size() == said.size()) continue;
    if (price.minor_units < 0 || price.minor_units > kDearest) continue;
    price.currency = said.substr(number.size() + 1);
    all.emplace(line.track, std::move(price));
  }
  return all;
}

}  // namespace recordshop::web
