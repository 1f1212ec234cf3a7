// report.cpp -- see report.h. (C, 2019)
//
// One statement that joins everything is faster than ten that do not, and it is always right: it reads the
// tables themselves.
#include "report.h"

#include <cstdio>
#include <list>
#include <mutex>

#include "db.h"
#include "errors.h"
#include "json.h"

namespace {

// The back button's. A report is small.
std::mutex history_mutex;
std::list<SalesReport> history;

void remember(const SalesReport& report) {
  const std::lock_guard<std::mutex> lock(history_mutex);
  history.push_front(report);
}

Db* connection() {
  return g_report_db != nullptr ? g_report_db : Db::instance();
}

// Only these, so they may stand in the statement.
std::string group_of(const std::string& by) {
  if (by == "country") return "k.name";
  if (by == "artist") return "a.name";
  if (by == "album") return "b.title";
  return "date(o.placed_at, 'unixepoch')";
}

std::string label_of(const std::string& by) {
  if (by == "country" || by == "artist" || by == "album") return by;
  return "day";
}

i64 begin_of(const std::string& day) {
  const i64 t = day.empty() ? -1 : time_from(day.c_str());
  return t < 0 ? 0 : t;
}

i64 end_of(const std::string& day) {
  const i64 t = day.empty() ? -1 : time_from(day.c_str());
  return t < 0 ? shop_now() + 1 : t + 86400;
}

// Customers, orders, lines, items, albums, artists, payments, parcels and countries, at once.
std::string sales_statement(const std::string& by, i64 from, i64 until) {
  const std::string group = group_of(by);
  return "SELECT " + group + " AS what, o.currency AS currency, count(DISTINCT o.id) AS orders,"
         " sum(l.quantity) AS pieces, sum(l.quantity * l.unit_price) AS net, sum(l.line_tax) AS tax"
         " FROM orders o"
         " JOIN order_lines l ON l.order_id = o.id"
         " JOIN item i ON i.id = l.item_id"
         " JOIN albums b ON b.id = i.album_id"
         " JOIN artists a ON a.id = b.artist_id"
         " JOIN customers c ON c.id = o.customer_id"
         " LEFT JOIN payments p ON p.order_id = o.id"
         " LEFT JOIN shipments s ON s.order_id = o.id"
         " JOIN countries k ON k.code = o.ship_country"
         " WHERE o.state NOT IN ('cancelled', 'returned') AND (p.state IS NULL OR p.state = 'captured')"
         " AND o.placed_at >= " + std::to_string(from) + " AND o.placed_at < " + std::to_string(until) +
         " GROUP BY what, o.currency ORDER BY net DESC, what";
}

i64 one_number(const std::string& sql) {
  DbRows rows;
  if (connection()->query(sql.c_str(), &rows) < 1) return 0;
  return rows.num(0, "n");
}

}  // namespace

SalesReport sales_report(const std::string& by, const std::string& from, const std::string& to) {
  SalesReport report;
  report.title = "Sales by " + label_of(by);
  const i64 begin = begin_of(from);
  const i64 end = end_of(to);
  DbRows rows;
  if (connection()->query(sales_statement(by, begin, end).c_str(), &rows) < 0) {
    report.title += " (the database had something else to do)";
    return report;
  }
  for (int i = 0; i < rows.count(); ++i) {
    SalesRow row;
    const auto what = rows.str(i, "what");
    if (label_of(by) == "day") row.day = what;
    if (by == "country") row.country = what;
    if (by == "artist") row.artist = what;
    if (by == "album") row.album = what;
    row.orders = rows.num(i, "orders");
    row.pieces = rows.num(i, "pieces");
    row.net = rows.num(i, "net");
    row.tax = rows.num(i, "tax");
    row.currency = rows.str(i, "currency");
    report.net += row.net;
    report.rows.push_back(row);
  }
  report.refunded = one_number("SELECT coalesce(sum(refunded), 0) AS n FROM orders WHERE refunded_at >= " +
                               std::to_string(begin) + " AND refunded_at < " + std::to_string(end));
  report.on_hold = one_number("SELECT count(DISTINCT customer) AS n FROM v_sales WHERE credit_status <> 'good'");
  remember(report);
  return report;
}

std::string to_json(const SalesReport& report) {
  Json json;
  json.begin();
  json.str("title", report.title);
  json.begin_list("rows");
  for (const auto& row : report.rows) {
    json.begin();
    if (!row.day.empty()) json.str("day", row.day);
    if (!row.country.empty()) json.str("country", row.country);
    if (!row.artist.empty()) json.str("artist", row.artist);
    if (!row.album.empty()) json.str("album", row.album);
    json.num("orders", row.orders);
    json.num("pieces", row.pieces);
    json.money("net", row.net, row.currency);
    json.money("tax", row.tax, row.currency);
    json.end();
  }
  json.end_list();
  json.num("net", report.net);
  json.num("refunded", report.refunded);
  json.num("buyers_on_hold", report.on_hold);
  json.end();
  return json.text();
}

std::string to_text(const SalesReport& report) {
  std::string text = report.title + "\n\n";
  for (const auto& row : report.rows) {
    char line[200];
    const std::string what = row.day + row.country + row.artist + row.album;
    std::snprintf(line, sizeof line, "%-40s %6lld %8lld %14s\n", what.substr(0, 40).c_str(), row.orders,
                  row.pieces, money_text(row.net, row.currency).c_str());
    text += line;
  }
  return text;
}

std::vector<std::string> earlier_reports() {
  const std::lock_guard<std::mutex> lock(history_mutex);
  std::vector<std::string> titles;
  for (const auto& report : history) {
    if (titles.size() == 20) break;
    titles.push_back(report.title);
  }
  return titles;
}

std::vector<ShelfRow> shelf_report(int limit) {
  DbRows rows;
  std::vector<ShelfRow> all;
  const std::string sql =
      "SELECT i.pub_id, i.title, a.name, i.shelf, i.on_hand, i.on_hand * i.price AS worth,"
      " coalesce((SELECT sum(l.quantity) FROM order_lines l JOIN orders o ON o.id = l.order_id"
      "           WHERE l.item_id = i.id AND o.state <> 'cancelled'), 0) AS sold"
      " FROM item i JOIN albums b ON b.id = i.album_id JOIN artists a ON a.id = b.artist_id"
      " WHERE i.on_hand IS NOT NULL ORDER BY sold, worth DESC, i.id LIMIT " + std::to_string(limit);
  if (connection()->query(sql.c_str(), &rows) < 0) return all;
  for (int i = 0; i < rows.count(); ++i) {
    ShelfRow row;
    row.track = rows.str(i, "pub_id");
    row.title = rows.str(i, "title");
    row.artist = rows.str(i, "name");
    row.shelf = rows.str(i, "shelf");
    row.on_hand = rows.num(i, "on_hand");
    row.worth = rows.num(i, "worth");
    row.sold = rows.num(i, "sold");
    all.push_back(row);
  }
  return all;
}

std::string to_json(const std::vector<ShelfRow>& rows) {
  Json json;
  json.begin();
  json.begin_list("shelves");
  for (const auto& row : rows) {
    json.begin();
    json.str("track", row.track);
    json.str("title", row.title);
    json.str("artist", row.artist);
    json.str("shelf", row.shelf);
    json.num("on_hand", row.on_hand);
    json.num("worth", row.worth);
    json.num("sold", row.sold);
    json.end();
  }
  json.end_list();
  json.end();
  return json.text();
}
