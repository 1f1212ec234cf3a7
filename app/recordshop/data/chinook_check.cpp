// SPDX-License-Identifier: Apache-2.0
#include "data/chinook_check.hpp"

#include <set>

namespace recordshop {
namespace {

struct Wanted {
  std::string_view table;
  std::vector<std::string_view> columns;
};

const std::vector<Wanted>& wanted() {
  static const std::vector<Wanted> tables = {
      {"Artist", {"ArtistId", "Name"}},
      {"Album", {"AlbumId", "Title", "ArtistId"}},
      {"Track", {"TrackId", "Name", "AlbumId", "Composer", "Milliseconds", "UnitPrice"}},
      {"Customer",
       {"CustomerId", "FirstName", "LastName", "Address", "City", "State", "Country", "PostalCode",
        "Email"}},
      {"Invoice", {"InvoiceId", "CustomerId", "InvoiceDate", "Total"}},
      {"InvoiceLine", {"InvoiceLineId", "InvoiceId", "TrackId", "UnitPrice", "Quantity"}},
  };
  return tables;
}

}  // namespace

std::vector<std::string> what_chinook_lacks(const banyan::sqlite::Connection& file) {
  std::vector<std::string> lacks;
  for (const Wanted& want : wanted()) {
    std::set<std::string, std::less<>> columns;
    file.each("SELECT name FROM pragma_table_info('" + std::string(want.table) + "')",
              [&columns](const banyan::sqlite::Statement& row) { columns.insert(row.text(0)); });
    if (columns.empty()) {
      lacks.push_back("there is no table " + std::string(want.table));
      continue;
    }
    for (const std::string_view column : want.columns) {
      if (!columns.contains(column)) {
        lacks.push_back("table " + std::string(want.table) + " has no column " +
                        std::string(column));
      }
    }
  }
  if (lacks.empty() && file.number("SELECT count(*) FROM Track") == 0) {
    lacks.emplace_back("table Track is empty");
  }
  return lacks;
}

}  // namespace recordshop
