// handlers_report.cpp -- for the boss, and how we are. (C, 2019)
#include "cache.h"
#include "db.h"
#include "handlers.h"
#include "json.h"
#include "login.h"
#include "report.h"

void get_sales(const Request& request, Response& response) {
  if (!from_the_desk(request, response)) return;
  const auto report = sales_report(request.asked("by"), request.asked("from"), request.asked("to"));
  if (request.asked("as") == "text") return response.text(to_text(report));
  response.json(to_json(report));
}

void get_shelves(const Request& request, Response& response) {
  if (!from_the_desk(request, response)) return;
  int limit = 0;
  if (!limit_read(request, response, 20, 500, &limit)) return;
  response.json(to_json(shelf_report(limit)));
}

void get_history(const Request& request, Response& response) {
  if (!from_the_desk(request, response)) return;
  Json json;
  json.begin();
  json.begin_list("reports");
  for (const auto& title : earlier_reports()) json.str("", title);
  json.end_list();
  json.end();
  response.json(json.text());
}

void get_health(const Request&, Response& response) {
  DbRows rows;
  const bool good = db_queryf(&rows, "SELECT count(*) AS n FROM countries") == 1;
  Json json;
  json.begin();
  json.str("status", good ? "ok" : "no database");
  json.num("cached_prices", PriceCache::getInstance()->getSize());
  json.num("cache_hits", PriceCache::getInstance()->getHits());
  json.num("statements", Db::instance()->statements());
  json.end();
  response.status = good ? 200 : 503;
  response.json(json.text());
}

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

void get_home(const Request&, Response& response) {
  DbRows rows;
  db_queryf(&rows, "SELECT b.title, a.name, b.pub_id FROM albums b JOIN artists a ON a.id = b.artist_id"
                   " ORDER BY b.id DESC LIMIT 12");
  std::string page =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Records by Mail</title>"
      "<h1>Records by Mail</h1><p>";
  page += CurrentUser::get()->isSignedIn() ? "Hello, " + escaped(CurrentUser::get()->customer()->name) + "."
                                           : std::string("Since 2012.");
  page += "</p><ul>";
  for (int i = 0; i < rows.count(); ++i) {
    page += "<li><a href=\"/albums/" + escaped(rows.str(i, "pub_id")) + "\">" + escaped(rows.str(i, "title")) +
            "</a>, " + escaped(rows.str(i, "name")) + "</li>";
  }
  response.type = "text/html; charset=utf-8";
  response.body = page + "</ul></html>\n";
}
