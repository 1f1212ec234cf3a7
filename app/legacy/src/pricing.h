// pricing.h -- what an order costs. (C, 2019: taken out of checkout.cpp)
#pragma once

#include <string>
#include <vector>

#include "order.h"

struct PriceLookup {
  int error = 0;  // SHOP_OK or what errors.h has
  i64 item_id = 0;
  i64 price = 0;
  i64 weight_g = 0;
  std::string currency;
  std::string title;
};

// One track.
PriceLookup price_of(const std::string& track);

// Fills in titles, prices, currency, tax and total. The lines have tracks and quantities, the order has the
// country that it goes to.
int price_order(Order& order);

// In hundredths of a per cent; -1 for a country that is not on the list.
i64 tax_rate_of(const std::string& country);
