// The warehouse of 2015 behind the port of today. The class stays as it is: app/legacy/src/stock.h.
#include "db.h"
#include "errors.h"
#include "stock.h"
#include "stock_port.h"

namespace {

class LegacyStock final : public StockPort {
 public:
  StockAnswer level(const std::string& track) override {
    StockLevel level;
    const int rc = StockManager::getInstance()->level(track, &level);
    if (rc == ERR_NO_SUCH_TRACK) return {0, StockError::unknown_track};
    if (rc != SHOP_OK) return {0, StockError::unavailable};
    return {level.onHand, StockError::none};
  }

  StockAnswer reserve(const std::string& track, long long quantity) override {
    (void)track;
    (void)quantity;
    return {0, StockError::unavailable};  // look() and sell()
  }

  StockAnswer receive(const std::string& track, long long quantity) override {
    (void)track;
    (void)quantity;
    return {0, StockError::unavailable};  // receive()
  }
};

}  // namespace

std::unique_ptr<StockPort> make_stock() { return std::make_unique<LegacyStock>(); }
