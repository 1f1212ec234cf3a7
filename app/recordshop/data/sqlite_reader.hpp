// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace recordshop {

/// The file cannot be read; what() says why.
class ReadFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One row of an answer. Valid during the call that got it.
class ReaderRow {
 public:
  explicit ReaderRow(sqlite3_stmt* statement) : statement_(statement) {}
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::optional<std::string> maybe_text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// A foreign SQLite file, open for reading only. For one thread.
class SqliteReader {
 public:
  explicit SqliteReader(const std::filesystem::path& file);
  void each(std::string_view sql, const std::function<void(const ReaderRow&)>& take);
  std::int64_t count(std::string_view sql);

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace recordshop
