// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "banyan/sql/database.hpp"
#include "snapshots.hpp"
#include "sqlite_connection.hpp"

namespace banyan::sql {

/// Keeps the write-ahead log of one file bounded. SQLite writes it back into the database by
/// itself, but goes on appending to it for as long as anybody reads from it, and never makes the
/// file smaller while nobody writes. See docs/adr/0018.
class SqliteWal {
 public:
  /// All must outlive it.
  SqliteWal(const std::filesystem::path& file, const Snapshots& reads, const Options& options);

  /// Is it too large? Looks twice a second at most, and says no in between. On the writer's thread.
  bool is_due();
  /// Writes it back and cuts it, if nobody's snapshot is in the way. Outside a transaction, on the
  /// writer's thread.
  void cut(SqliteConnection& writer);

  /// On any thread.
  WriteAheadLog figures() const;

 private:
  /// What a try came to that did not succeed.
  struct Try {
    int pages_written_back;
    SteadyTime at;
  };
  struct Obstacle {
    std::optional<Snapshots::Read> reader;  ///< in this process
    SteadyTime since;
    std::string fault;  ///< the file itself could not be written
  };
  void note(std::optional<Obstacle> obstacle);

  const std::filesystem::path file_;
  const Snapshots& reads_;
  const Clock& clock_;
  const std::uintmax_t limit_;
  std::optional<SteadyTime> looked_;
  std::optional<Try> first_;  // of those that met the same obstacle
  std::optional<Try> last_;
  mutable std::mutex mutex_;
  std::optional<Obstacle> obstacle_;
};

}  // namespace banyan::sql
