// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "web/composer.hpp"
#include "web/frame.hpp"
#include "web/prices_seen.hpp"

namespace recordshop::web {

/// What a visitor can do with a basket next.
enum class Next : std::uint8_t {
  Order,
  SameAgain,     ///< the same order to the letter: it may have been placed already
  LookAtOrders,  ///< one was placed from this page already
};

/// What came of an order that was not placed.
struct NotPlaced {
  std::string trouble{};  ///< "": nobody has ordered yet
  unsigned status = 200;
  std::string method{};  ///< that was chosen
  PricesSeen seen{};
  Next next = Next::Order;
};

/// The basket with the form that orders. `key` makes an order one order, however often its form is
/// sent.
banyan::http::Response show_basket(Modules& modules, Visit& visit, const std::string& key,
                                   const NotPlaced& before);

}  // namespace recordshop::web
