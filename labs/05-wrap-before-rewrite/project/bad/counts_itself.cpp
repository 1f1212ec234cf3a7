// SPDX-License-Identifier: Apache-2.0
// Wrong on purpose: a delivery is answered with what has come, and not with what there is.
#include "bad/stock_of_2015.h"

namespace {

class CountsItself final : public StockPort {
 public:
  StockAnswer level(const std::string& track) override {
    StockLevel level;
    return level_of(track, level);
  }
  StockAnswer reserve(const std::string& track, long long quantity) override {
    StockLevel level;
    const StockAnswer there = level_of(track, level);
    return there.error != StockError::none ? there : taken(level, quantity);
  }
  StockAnswer receive(const std::string& track, long long quantity) override {
    StockLevel level;
    level.itemId = 0;
    const StockAnswer there = level_of(track, level);
    if (level.itemId == 0) return there;
    const StockAnswer now = received(level, quantity);
    return now.error != StockError::none ? now : StockAnswer{quantity, StockError::none};
  }
};

}  // namespace

std::unique_ptr<StockPort> make_stock() { return std::make_unique<CountsItself>(); }
