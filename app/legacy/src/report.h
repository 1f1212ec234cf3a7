// report.h -- what the boss asks for. (C, 2019)
#pragma once

#include <string>
#include <vector>

#include "util.h"

struct SalesRow {
  std::string day;
  std::string country;
  std::string artist;
  std::string album;
  i64 orders = 0;
  i64 pieces = 0;
  i64 net = 0;
  i64 tax = 0;
  std::string currency;
};

struct SalesReport {
  std::string title;
  std::vector<SalesRow> rows;
  i64 net = 0;
  i64 refunded = 0;
  i64 on_hold = 0;  // customers who cannot order
};

// `by`: day, country, artist, album. Both days inclusive, "2019-03-01"; "" is from the beginning and to today.
SalesReport sales_report(const std::string& by, const std::string& from, const std::string& to);

// As JSON, and for the printer.
std::string to_json(const SalesReport& report);
std::string to_text(const SalesReport& report);

// What was asked for before, the newest first: the page has a back button.
std::vector<std::string> earlier_reports();

struct ShelfRow {
  std::string track;
  std::string title;
  std::string artist;
  std::string shelf;
  i64 on_hand = 0;
  i64 worth = 0;
  i64 sold = 0;
};

// What lies on the shelves, what it is worth and what of it sells: the slowest first.
std::vector<ShelfRow> shelf_report(int limit);
std::string to_json(const std::vector<ShelfRow>& rows);
