// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "load.hpp"
#include "narrator.hpp"
#include "shop_client.hpp"

namespace journey {

/// Compares what customers were promised with what the shop has, through its public interface only.
class Ledger {
 public:
  /// Takes stock of the shelves and the orders, before the first customer comes.
  explicit Ledger(ShopClient& shop);

  /// Waits until no order is under way any more, then proves that every acknowledged order is there
  /// once, that no other order came to be, and that the shelves agree with what was sold.
  void settle(ShopClient& shop, const Load& load, Narrator& narrator) const;

  /// Tracks of which fewer than `most` are there: what everybody wants.
  std::vector<std::string> hot(std::int64_t most) const;

 private:
  std::map<std::string, std::int64_t> on_hand_;
  std::uint64_t orders_before_ = 0;
};

}  // namespace journey
