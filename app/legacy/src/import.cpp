// import.cpp -- makes a database: legacy-import --database FILE (--sample | --recordshop FILE | --empty)
// (C, 2019, for trying out)
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "db.h"
#include "embedded.h"
#include "errors.h"
#include "password.h"
#include "util.h"

namespace {

int usage(const std::string& what) {
  std::fprintf(stderr,
               "legacy-import: %s\n"
               "usage: legacy-import --database FILE (--sample | --recordshop FILE | --empty)\n"
               "  --sample           a few records, and Ada (ada@example.org, \"paper harbour\")\n"
               "  --recordshop FILE  what the modular shop has in FILE (recordshop-data generate, or import\n"
               "                     for a Chinook database): the same ids, so that both can be asked\n"
               "  --empty            the tables and the countries\n"
               "Exit codes: 0 made, 64 usage, 65 not to be imported, 73 FILE is there already.\n",
               what.c_str());
  return 64;
}

// Times are microseconds there and seconds here, and the warehouse counts in another table.
const char* const kFromRecordshop[] = {
    "INSERT INTO artists (pub_id, name) SELECT id, name FROM other.artists ORDER BY id",
    "INSERT INTO albums (pub_id, artist_id, title) SELECT b.id, a.id, b.title FROM other.albums b"
    " JOIN artists a ON a.pub_id = b.artist_id ORDER BY b.id",
    "INSERT INTO item (pub_id, album_id, position, title, composer, duration_ms, price, currency, on_hand)"
    " SELECT t.id, b.id, t.position, t.title, t.composer, t.duration_ms, t.price_minor, t.currency, s.on_hand"
    " FROM other.tracks t JOIN albums b ON b.pub_id = t.album_id LEFT JOIN other.stock s ON s.track_id = t.id"
    " ORDER BY t.id",
    "UPDATE item SET shelf = char(65 + id / 20 % 12) || '-' || (id % 20 + 1), weight_g = 40 + id * 7 % 25",
    "INSERT OR IGNORE INTO countries (code, name) SELECT DISTINCT country, country FROM other.customers"
    " WHERE country IS NOT NULL",
    "INSERT INTO customers (pub_id, name, email, email_key, closed, recipient, street, postal_code, city, country,"
    " opened_at) SELECT id, name, email, email_key, state = 'closed', coalesce(recipient, ''),"
    " coalesce(street, ''), coalesce(postal_code, ''), coalesce(city, ''), country, opened_at / 1000000"
    " FROM other.customers ORDER BY id",
    // Of the time before payments: sold over the counter.
    "INSERT INTO orders (pub_id, customer_id, customer_name, customer_email, status, state, fulfilment, placed_at,"
    " changed_at, currency, net, tax_country, tax_rate, tax, total, pay_method, pay_state, ship_name,"
    " ship_street, ship_postal, ship_city, ship_country, ship_weight_g, shipped_at, delivered_at)"
    " SELECT o.id, c.id, c.name, c.email, 5, 'delivered', 'done', o.placed_at / 1000000,"
    " o.changed_at / 1000000, o.currency, o.total_minor - o.tax_minor, coalesce(c.country, 'DE'), o.tax_rate,"
    " o.tax_minor, o.total_minor, o.payment_method, 'none', c.recipient, c.street, c.postal_code, c.city,"
    " coalesce(c.country, 'DE'), 120, o.placed_at / 1000000, o.placed_at / 1000000"
    " FROM other.orders o JOIN customers c ON c.pub_id = o.customer_id ORDER BY o.id",
    "INSERT INTO order_lines (order_id, position, item_id, title, quantity, unit_price)"
    " SELECT o.id, l.position, i.id, l.title, l.quantity, l.unit_price_minor FROM other.order_lines l"
    " JOIN orders o ON o.pub_id = l.order_id JOIN item i ON i.pub_id = l.track_id",
};

int from_recordshop(const std::string& file) {
  if (db_execf("ATTACH DATABASE %Q AS other", file.c_str()) < 0) return ERR_DATABASE;
  if (Db::instance()->begin() != SHOP_OK) return ERR_DATABASE;
  for (const auto* statement : kFromRecordshop) {
    if (Db::instance()->exec(statement) < 0) {
      const std::string why = Db::instance()->last_error();
      Db::instance()->rollback();
      std::fprintf(stderr, "legacy-import: %s has not what the modular shop has: %s\n", file.c_str(), why.c_str());
      return ERR_DATABASE;
    }
  }
  // Passwords there are of another kind. Ada's is known.
  const int rc = db_execf("UPDATE customers SET password = %Q WHERE email_key = 'ada@example.org'",
                          password_made("paper harbour").c_str());
  if (Db::instance()->commit() != SHOP_OK || rc < 0) return ERR_DATABASE;
  return db_execf("DETACH DATABASE other") < 0 ? ERR_DATABASE : SHOP_OK;
}

int fill(bool sample, const std::string& recordshop) {
  if (Db::instance()->script(kSchemaSql) != SHOP_OK) return ERR_DATABASE;
  if (sample) return Db::instance()->script(kSampleSql);
  return recordshop.empty() ? SHOP_OK : from_recordshop(recordshop);
}

}  // namespace

int main(int argc, char** argv) {
  std::string database;
  std::string recordshop;
  bool sample = false;
  bool empty = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--help") return usage("help") * 0;
    if (word == "--sample") {
      sample = true;
    } else if (word == "--empty") {
      empty = true;
    } else if (word == "--database" && i + 1 < argc) {
      database = argv[++i];
    } else if (word == "--recordshop" && i + 1 < argc) {
      recordshop = argv[++i];
    } else {
      return usage("'" + word + "'?");
    }
  }
  if (database.empty() || sample + empty + !recordshop.empty() != 1) return usage("from what, and where to?");
  if (std::ifstream(database).good()) {
    std::fprintf(stderr, "legacy-import: %s is there already; take another name, or remove it\n", database.c_str());
    return 73;
  }
  std::ofstream(database).close();
  if (Db::instance()->open(database.c_str()) != SHOP_OK || fill(sample, recordshop) != SHOP_OK) {
    std::fprintf(stderr, "legacy-import: %s: %s\n", database.c_str(), Db::instance()->last_error().c_str());
    Db::instance()->close();
    std::remove(database.c_str());
    return 65;
  }
  DbRows rows;
  db_queryf(&rows, "SELECT (SELECT count(*) FROM item) AS items, (SELECT count(*) FROM customers) AS customers,"
                   " (SELECT count(*) FROM orders) AS orders");
  std::printf("%s: %lld records, %lld customers, %lld orders\n", database.c_str(), rows.num(0, "items"),
              rows.num(0, "customers"), rows.num(0, "orders"));
  Db::instance()->close();
  return 0;
}
