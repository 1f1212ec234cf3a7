// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/data_source.hpp"

#include <algorithm>
#include <string>

namespace banyan::sql {
namespace {

bool is_uri_of_server(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

// libpq's other form: at least a host, a service or a database by name.
bool is_keywords(std::string_view text) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"host=", "dbname=", "service="},
      [&](std::string_view key) { return text.starts_with(key); });
}

std::string without_password(std::string_view text) {
  std::string shown(text);
  if (const auto scheme = shown.find("://"); scheme != std::string::npos) {
    const auto begin = scheme + 3;
    const auto at = shown.find('@', begin);
    const auto path = shown.find('/', begin);
    if (at != std::string::npos && (path == std::string::npos || at < path)) {
      const auto colon = shown.find(':', begin);
      if (colon < at) shown.erase(colon, at - colon);
    }
  }
  for (const std::string_view key : {"password=", "sslpassword="}) {
    std::size_t from = 0;
    while ((from = shown.find(key, from)) != std::string::npos) {
      const auto begin = from + key.size();
      const bool quoted = begin < shown.size() && shown[begin] == '\'';
      auto end = quoted ? shown.find('\'', begin + 1) : shown.find_first_of(" &", begin);
      if (end == std::string::npos) {
        end = shown.size();
      } else if (quoted) {
        ++end;
      }
      shown.replace(begin, end - begin, "...");
      from = begin;
    }
  }
  return shown;
}

}  // namespace

std::string_view to_string(Engine engine) {
  return engine == Engine::Postgres ? "postgresql" : "sqlite";
}

Result<DataSource> DataSource::parse(std::string_view text) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (is_uri_of_server(text) || is_keywords(text)) {
    return DataSource{Engine::Postgres, {}, std::string(text)};
  }
  if (text.starts_with(kSqlite)) {
    text.remove_prefix(kSqlite.size());
  } else if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    return fail(ErrorCode::InvalidArgument, "banyan.bad_data_source",
                "'" + without_password(text) + "': there is no engine '" +
                    std::string(text.substr(0, scheme)) +
                    "'. Give a file (var/shop.db) or postgresql://HOST/DATABASE.");
  }
  if (text.empty()) {
    return fail(ErrorCode::InvalidArgument, "banyan.bad_data_source",
                "the name of the database is empty. Give a file (var/shop.db) or "
                "postgresql://HOST/DATABASE.");
  }
  return DataSource{Engine::Sqlite, std::filesystem::path(text), {}};
}

std::string DataSource::display() const {
  return engine == Engine::Sqlite ? file.string() : without_password(connection);
}

}  // namespace banyan::sql
