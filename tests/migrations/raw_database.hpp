// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::mover::testing {

/// A folder that is gone when the test is over.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// SQLite as an application without the kit uses it: triggers on, no waiting longer than 5 s.
class RawDatabase {
 public:
  explicit RawDatabase(const std::filesystem::path& file);
  ~RawDatabase();
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  /// "" or SQLite's message.
  std::string try_run(const std::string& sql);
  void run(const std::string& sql);          ///< fails the test with SQLite's message
  std::string text(const std::string& sql);  ///< first value of the first row
  std::int64_t number(const std::string& sql);
  /// Every row with type and bytes of every value, read by another way than the mover's.
  std::vector<std::string> exactly(const std::string& sql);
  sqlite3* get() { return connection_; }

 private:
  sqlite3* connection_ = nullptr;
};

}  // namespace banyan::mover::testing
