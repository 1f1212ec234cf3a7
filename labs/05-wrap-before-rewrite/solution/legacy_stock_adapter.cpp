// The warehouse of 2015 behind the port of today. The class stays as it is: app/legacy/src/stock.h.
#include "db.h"
#include "errors.h"
#include "stock.h"
#include "stock_port.h"

namespace {

constexpr long long kMost = 1000000;

StockError error_of(int rc) {
  switch (rc) {
    case SHOP_OK: return StockError::none;
    case ERR_NO_SUCH_TRACK: return StockError::unknown_track;
    case ERR_OUT_OF_STOCK: return StockError::out_of_stock;
    default: return StockError::unavailable;
  }
}

class LegacyStock final : public StockPort {
 public:
  StockAnswer level(const std::string& track) override {
    StockLevel level;
    const StockError error = error_of(StockManager::getInstance()->level(track, &level));
    if (error != StockError::none) return {0, error};
    if (!level.known) return {0, StockError::unknown_track};
    return {level.onHand, StockError::none};
  }

  StockAnswer reserve(const std::string& track, long long quantity) override {
    if (quantity < 1 || quantity > kMost) return {0, StockError::bad_quantity};
    StockLevel level;
    const StockError error = error_of(StockManager::getInstance()->level(track, &level));
    if (error != StockError::none) return {0, error};
    if (!level.known) return {0, StockError::unknown_track};
    int left = 0;
    int rc = StockManager::getInstance()->look(level.itemId, static_cast<int>(quantity), &left);
    if (rc == SHOP_OK) rc = StockManager::getInstance()->sell(level.itemId, left);
    if (rc != SHOP_OK) return {0, error_of(rc)};
    return {left, StockError::none};
  }

  StockAnswer receive(const std::string& track, long long quantity) override {
    if (quantity < 1 || quantity > kMost) return {0, StockError::bad_quantity};
    StockLevel level;
    const StockError error = error_of(StockManager::getInstance()->level(track, &level));
    if (error != StockError::none) return {0, error};
    const int there =
        StockManager::getInstance()->receive(level.itemId, static_cast<int>(quantity));
    if (there < 0) return {0, error_of(there)};
    return {there, StockError::none};
  }
};

}  // namespace

std::unique_ptr<StockPort> make_stock() { return std::make_unique<LegacyStock>(); }
