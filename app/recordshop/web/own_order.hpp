// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "web/composer.hpp"
#include "web/frame.hpp"

namespace recordshop::web {

/// To the page for signing in, and from there to `back`.
banyan::http::Response to_sign_in(Visit& visit, const std::string& back);

std::string order_url(const orders::OrderId& order);
/// The last digits: enough for a person to tell two orders apart.
std::string short_name(const orders::OrderId& order);

/// The visitor's own order, of which the address speaks; else what is to be shown instead.
struct OwnOrder {
  std::optional<orders::OrderDetails> order;
  banyan::http::Response otherwise;
};
OwnOrder find_own(Modules& modules, Visit& visit);

}  // namespace recordshop::web
