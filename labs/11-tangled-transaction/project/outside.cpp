// SPDX-License-Identifier: Apache-2.0
#include "outside.h"

#include "db.h"
#include "errors.h"
#include "saga.h"

namespace {

Db ledger;
bool full = false;

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

int done(const char* what, const std::string& key, const std::string& order, i64 amount) {
  if (!key.empty()) {
    DbRows rows;
    const std::string seen = "SELECT 1 FROM ledger WHERE key = " + quoted(key);
    if (ledger.query(seen.c_str(), &rows) < 0) return ERR_DATABASE;
    if (rows.count() > 0) return SHOP_OK;
  }
  const std::string row = "INSERT INTO ledger (what, key, shop_order, amount) VALUES (" +
                          quoted(what) + ", " + quoted(key) + ", " + quoted(order) + ", " +
                          std::to_string(amount) + ")";
  if (ledger.exec(row.c_str()) < 0) return ERR_DATABASE;
  passes(std::string("outside.") + what);
  return SHOP_OK;
}

}  // namespace

void begin_outside(const std::string& file, bool carrier_is_full) {
  full = carrier_is_full;
  ledger.open(file.c_str());
  ledger.script(
      "PRAGMA synchronous = OFF;"
      "CREATE TABLE IF NOT EXISTS ledger (what TEXT, key TEXT, shop_order TEXT, amount INTEGER)");
}

int terminal_charge(const std::string& key, const std::string& order, i64 amount) {
  return done("charge", key, order, amount);
}

int terminal_refund(const std::string& key, const std::string& order, i64 amount) {
  return done("refund", key, order, amount);
}

int carrier_book(const std::string& key, const std::string& order) {
  return full ? ERR_TOO_LATE : done("parcel", key, order, 0);
}
