// SPDX-License-Identifier: Apache-2.0
#include "sqlite_readers.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace banyan::sql {
namespace {

// It may be of another file than the others, whose log it would take away when it is closed, and
// their locks: it is kept until the process ends, which it has to soon.
void keep_open(std::unique_ptr<SqliteConnection> connection) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::unique_ptr<SqliteConnection>>();
  const std::lock_guard lock(mutex);
  kept->push_back(std::move(connection));
}

}  // namespace

SqliteReaders::SqliteReaders(const std::filesystem::path& file, Ownership& ownership,
                             std::size_t module, Snapshots& snapshots, const Options& options,
                             std::function<void()> check_file)
    : clock_(*options.clock),
      module_(ownership.rights(module).module),
      snapshots_(snapshots),
      pool_(
          [file, &ownership, check = std::move(check_file)](SteadyTime /*deadline*/) {
            if (check) check();
            auto opened =
                std::make_unique<SqliteConnection>(file, SqliteConnection::Use::Read, ownership);
            try {
              if (check) check();
            } catch (...) {
              keep_open(std::move(opened));
              throw;
            }
            return opened;
          },
          "'" + file.filename().string() + "': ", options.readers_per_module, clock_) {}

void SqliteReaders::with_connection(SteadyTime deadline,
                                    const std::function<void(SqliteConnection&)>& body) {
  auto connection = pool_.take(deadline);
  connection->set_deadline(deadline, clock_);
  try {
    body(*connection);
  } catch (...) {
    give_back(std::move(connection));
    throw;
  }
  give_back(std::move(connection));
}

void SqliteReaders::with_snapshot(SteadyTime deadline,
                                  const std::function<void(SqliteConnection&)>& body) {
  with_connection(deadline, [&](SqliteConnection& connection) {
    const Snapshots::Entry under_way(snapshots_, {module_, clock_.steady()});
    connection.begin_snapshot();
    body(connection);
    connection.commit();
  });
}

void SqliteReaders::give_back(std::unique_ptr<SqliteConnection> connection) {
  connection->clear_deadline();
  connection->roll_back();
  pool_.give_back(std::move(connection));
}

}  // namespace banyan::sql
