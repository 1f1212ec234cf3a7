// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/script.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace banyan::sqlite {
namespace {

std::size_t skip(std::string_view sql, std::size_t at, std::string_view blanks) {
  if (at == 0 && sql.starts_with("\xEF\xBB\xBF")) at = 3;
  while (at < sql.size()) {
    const auto rest = sql.substr(at);
    if (rest.starts_with("--")) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (rest.starts_with("/*")) {
      const auto end = sql.find("*/", at + 2);
      at = end == std::string_view::npos ? sql.size() : end + 2;
    } else if (blanks.contains(rest.front())) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

}  // namespace

std::size_t skip_blanks(std::string_view sql, std::size_t offset) {
  return skip(sql, offset, " \t\r\n\f");
}

std::size_t skip_to_statement(std::string_view sql, std::size_t offset) {
  return skip(sql, offset, " \t\r\n\f;");
}

bool is_complete(const std::string& sql) { return sqlite3_complete(sql.c_str()) != 0; }

}  // namespace banyan::sqlite
