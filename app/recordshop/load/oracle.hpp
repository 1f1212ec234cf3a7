// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "load/ledger.hpp"
#include "load/rules.hpp"
#include "load/shop_api.hpp"
#include "load/verdict.hpp"

namespace recordshop::load {

/// Whether an order that was acknowledged as `id`, and is now as `order` says, is what is answered
/// to who asks for it again under its key. One that was accepted and could not be served after all
/// is refused by then, by its name.
bool is_same_order(const std::string& id, const nlohmann::json& order, const Answer& answer);

/// Compares what the shop has promised with what it has, through its interface only. Nobody else
/// may order or deliver between its two looks.
class Oracle {
 public:
  /// The first look, before anybody orders: waits until no order is under way. Throws NoAnswer.
  Oracle(ShopApi& shop, std::chrono::milliseconds patience,
         std::function<void(const std::string&)> tell);

  /// The second one. What has got no answer is asked for again under its key, then everything that
  /// is under way is waited for. Throws NoAnswer when the shop stays away: then nothing can be
  /// said.
  Verdict judge(Ledger& ledger);

 private:
  StockOfTracks stock();
  /// Those that are not in `known`; waits until none of them is under way, as long as patience
  /// lasts.
  Orders settled_orders(const std::set<std::string>& known, bool with_lines);
  Answer insist_on(const std::function<Answer()>& ask);
  void resolve(Ledger& ledger);

  Check acknowledged_orders_are_there(Ledger& ledger, const Orders& orders);
  Check keys_have_one_answer(Ledger& ledger, const Orders& orders);
  Check nothing_came_unasked(Ledger& ledger, const Orders& orders);
  Check orders_take_legal_steps(Ledger& ledger, const Orders& orders);
  Check nothing_is_left_half_way(const Orders& orders);
  Check totals_add_up(const Orders& orders);
  Check money_agrees(const Orders& orders);
  Check consignments_agree(const Orders& orders);

  ShopApi& shop_;
  std::chrono::milliseconds patience_;
  std::function<void(const std::string&)> tell_;
  StockOfTracks stock_before_;
  std::set<std::string> orders_before_;
};

}  // namespace recordshop::load
