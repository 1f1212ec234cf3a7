// SPDX-License-Identifier: Apache-2.0
#include "load/ledger.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace recordshop::load {
namespace {

/// The way of an order that comes about, and back. It may be given up until it is confirmed or on
/// its way to the customer, and leaves this way then. A shop without payments has no `paid` and
/// what follows it, one with them no `confirmed`.
constexpr auto kWay = std::to_array<std::string_view>(
    {"placed", "reserved", "paid", "confirmed", "shipped", "delivered", "returned"});
constexpr std::string_view kCancelled = "cancelled";

auto place_of(std::string_view state) { return std::ranges::find(kWay, state); }

}  // namespace

bool is_order_state(const std::string& state) {
  return state == kCancelled || place_of(state) != kWay.end();
}

bool may_follow(const std::string& before, const std::string& now) {
  if (before == now) return true;
  if (before == kCancelled) return false;
  if (now == kCancelled) return place_of(before) < place_of("confirmed");
  return place_of(before) < place_of(now);
}

void Ledger::note(AskedOrder order) {
  const std::lock_guard lock(mutex_);
  orders_.push_back(std::move(order));
}

void Ledger::note(ToldDelivery delivery) {
  const std::lock_guard lock(mutex_);
  deliveries_.push_back(std::move(delivery));
}

void Ledger::seen(const std::string& order, const std::string& state) {
  const std::lock_guard lock(mutex_);
  if (!is_order_state(state)) {
    contradictions_.push_back(order + " is in a state that no order has: " + state);
    return;
  }
  const auto [known, first] = states_.try_emplace(order, state);
  if (!first && !may_follow(known->second, state)) {
    contradictions_.push_back(order + " was " + known->second + ", and then " + state);
  }
  known->second = state;
}

}  // namespace recordshop::load
