// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "load/ledger.hpp"
#include "load/shop_api.hpp"

namespace recordshop::load {

/// One thing that must hold, to the unit.
struct Check {
  std::string claim;
  bool holds = true;
  std::string evidence;
};

struct Verdict {
  std::vector<Check> checks;
  bool holds() const;
};

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
  struct StockRow {
    std::int64_t on_hand = 0;
    std::int64_t reserved = 0;
    std::int64_t available = 0;
  };
  using Orders = std::map<std::string, nlohmann::json>;  ///< by id

  std::map<std::string, StockRow> stock();
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
  std::vector<Check> stock_agrees(Ledger& ledger, const Orders& orders);
  Check money_agrees(const Orders& orders);
  Check consignments_agree(const Orders& orders);

  ShopApi& shop_;
  std::chrono::milliseconds patience_;
  std::function<void(const std::string&)> tell_;
  std::map<std::string, StockRow> stock_before_;
  std::set<std::string> orders_before_;
};

}  // namespace recordshop::load
