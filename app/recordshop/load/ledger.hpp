// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "load/shop_api.hpp"

namespace recordshop::load {

/// An order that the shop was asked for.
struct AskedOrder {
  std::string key;
  std::string customer;
  std::vector<Line> lines;
  std::string payment_method{};  ///< "": the shop was not told
  std::string id{};              ///< what the shop called it; "": it has not said so
  std::string refused{};         ///< the rule with which it was refused
  bool unknown_outcome() const { return id.empty() && refused.empty(); }
};

/// A delivery that the shop was told of.
struct ToldDelivery {
  std::string key;
  std::string track;
  std::int64_t quantity = 0;
  bool acknowledged = false;
  bool refused = false;
};

/// Everything that the shop has promised, as the sessions note it. Safe for concurrent use.
class Ledger {
 public:
  void note(AskedOrder order);
  void note(ToldDelivery delivery);
  /// An order was seen in this state; a step that no order may take is kept as a contradiction.
  void seen(const std::string& order, const std::string& state);

  // When nobody notes any more:
  std::vector<AskedOrder>& orders() { return orders_; }
  std::vector<ToldDelivery>& deliveries() { return deliveries_; }
  const std::vector<std::string>& contradictions() const { return contradictions_; }

 private:
  std::mutex mutex_;
  std::vector<AskedOrder> orders_;
  std::vector<ToldDelivery> deliveries_;
  std::map<std::string, std::string> states_;
  std::vector<std::string> contradictions_;
};

/// Whether an order may be in `now` after it was in `before`, perhaps with others in between.
bool may_follow(const std::string& before, const std::string& now);
/// Whether an order has such a state at all.
bool is_order_state(const std::string& state);

}  // namespace recordshop::load
