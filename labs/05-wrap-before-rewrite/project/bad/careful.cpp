// SPDX-License-Identifier: Apache-2.0
// Wrong on purpose: the last copy is never sold.
#include "bad/stock_of_2015.h"

namespace {

class Careful final : public StockPort {
 public:
  StockAnswer level(const std::string& track) override {
    StockLevel level;
    return level_of(track, level);
  }
  StockAnswer reserve(const std::string& track, long long quantity) override {
    StockLevel level;
    const StockAnswer there = level_of(track, level);
    if (there.error != StockError::none) return there;
    return quantity >= there.copies ? refused(StockError::out_of_stock) : taken(level, quantity);
  }
  StockAnswer receive(const std::string& track, long long quantity) override {
    StockLevel level;
    level.itemId = 0;
    const StockAnswer there = level_of(track, level);
    return level.itemId == 0 ? there : received(level, quantity);
  }
};

}  // namespace

std::unique_ptr<StockPort> make_stock() { return std::make_unique<Careful>(); }
