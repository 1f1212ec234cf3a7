// pricing.cpp -- see pricing.h. (C, 2019)
#include "pricing.h"

#include "cache.h"
#include "db.h"
#include "errors.h"

namespace {

// An invoice form has room for ten lines; what is more goes on a second sheet.
constexpr std::size_t kLinesOfSheet = 10;

i64 percent_of(i64 amount, i64 hundredths) {
  return (amount * hundredths + 5000) / 10000;
}

// The country's row: its rate, and whether it wants the tax on each line of a long invoice.
struct TaxRule {
  i64 rate = -1;
  bool per_sheet = false;
};

TaxRule rule_of(const std::string& country) {
  DbRows rows;
  if (db_queryf(&rows, "SELECT tax_rate, per_sheet FROM countries WHERE code = %Q", country.c_str()) < 1)
    return {};
  return {rows.num(0, "tax_rate"), rows.num(0, "per_sheet") != 0};
}

}  // namespace

i64 tax_rate_of(const std::string& country) {
  return rule_of(country).rate;
}

PriceLookup price_of(const std::string& track) {
  PriceLookup found;
  CachedPrice cached;
  if (PriceCache::getInstance()->find(track, &cached)) {
    found.item_id = cached.itemId;
    found.price = cached.price;
    found.weight_g = cached.weight;
    found.currency = cached.currency;
    found.title = cached.title;
    return found;
  }
  DbRows rows;
  const int n = db_queryf(&rows, "SELECT id, title, price, currency, weight_g FROM item WHERE pub_id = %Q",
                          track.c_str());
  if (n < 0) {
    found.error = ERR_DATABASE;
  } else if (n == 0) {
    found.error = ERR_NO_SUCH_TRACK;
  } else {
    found.item_id = rows.num(0, "id");
    found.price = rows.num(0, "price");
    found.weight_g = rows.num(0, "weight_g");
    found.currency = rows.str(0, "currency");
    found.title = rows.str(0, "title");
    cached.itemId = found.item_id;
    cached.price = found.price;
    cached.weight = found.weight_g;
    cached.currency = found.currency;
    cached.title = found.title;
    PriceCache::getInstance()->put(track, cached);
  }
  return found;
}

int price_order(Order& order) {
  const TaxRule rule = rule_of(order.m_ship_country);
  if (rule.rate < 0) return ERR_NO_ADDRESS;
  order.m_net = 0;
  order.m_ship_weight_g = 120;  // the box
  order.m_currency.clear();
  for (auto& line : order.m_lines) {
    const auto found = price_of(line.track);
    if (found.error != SHOP_OK) return found.error;
    if (order.m_currency.empty()) order.m_currency = found.currency;
    if (order.m_currency != found.currency) return ERR_MIXED_CURRENCIES;
    line.item_id = found.item_id;
    line.title = found.title;
    line.unit_price = found.price;
    line.weight_g = found.weight_g;
    line.line_tax = percent_of(line.unit_price * line.quantity, rule.rate);
    order.m_net += line.unit_price * line.quantity;
    order.m_ship_weight_g += line.weight_g * line.quantity;
  }
  order.m_tax_country = order.m_ship_country;
  order.m_tax_rate = rule.rate;
  // Rounded once, on the whole order, whatever the country.
  order.m_tax = percent_of(order.m_net, rule.rate);
  if (rule.per_sheet && order.m_lines.size() > kLinesOfSheet) {
    order.m_tax = 0;
    for (const auto& line : order.m_lines) order.m_tax += line.line_tax;
  }
  order.m_total = order.m_net + order.m_tax;
  return SHOP_OK;
}
