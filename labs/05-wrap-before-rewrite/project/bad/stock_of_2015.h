// SPDX-License-Identifier: Apache-2.0
// What the wrong adapters have in common: they ask the class, and get it almost right.
#pragma once

#include "db.h"
#include "errors.h"
#include "stock.h"
#include "stock_port.h"

inline StockAnswer refused(StockError error) { return {0, error}; }

inline StockAnswer level_of(const std::string& track, StockLevel& level) {
  const int rc = StockManager::getInstance()->level(track, &level);
  if (rc != SHOP_OK)
    return refused(rc == ERR_NO_SUCH_TRACK ? StockError::unknown_track : StockError::unavailable);
  return {level.onHand, level.known ? StockError::none : StockError::unknown_track};
}

inline StockAnswer taken(const StockLevel& level, long long quantity) {
  int left = 0;
  int rc = StockManager::getInstance()->look(level.itemId, static_cast<int>(quantity), &left);
  if (rc == SHOP_OK) rc = StockManager::getInstance()->sell(level.itemId, left);
  if (rc != SHOP_OK)
    return refused(rc == ERR_OUT_OF_STOCK ? StockError::out_of_stock : StockError::unavailable);
  return {left, StockError::none};
}

inline StockAnswer received(const StockLevel& level, long long quantity) {
  const int there = StockManager::getInstance()->receive(level.itemId, static_cast<int>(quantity));
  if (there < 0) return refused(StockError::unavailable);
  return {there, StockError::none};
}
