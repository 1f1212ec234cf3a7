// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "host/application.hpp"
#include "host/composition.hpp"
#include "options.hpp"
#include "sql/database.hpp"
#include "telemetry/log.hpp"

namespace banyan::host {

/// What has to be right with the database before it is opened: its folder, the modules' migrations,
/// moves of tables that were broken off, and the manifest beside it that tools read. Throws
/// std::runtime_error (or a fault of a part) with what is wrong and the next step.
void set_up_database(const Application& application, const std::vector<ModuleEntry>& table,
                     const Options& options, const telemetry::Log& log);

/// Completes or undoes moves of tables that were broken off, as far as that needs no copying (see
/// mover::recover); safe beside running writers. Throws std::runtime_error with what is wrong.
void recover_moves(const std::filesystem::path& file, const telemetry::Log& log);

/// Writes down in the manifest, every two seconds while there is something new, which SQL the
/// modules run: the search for statements that cross modules goes by it.
class StatementDiary {
 public:
  /// Both must outlive it.
  StatementDiary(const sql::Database& database, Scheduler& scheduler);

 private:
  void write();

  const sql::Database* database_;
  std::vector<sql::ModuleStatement> written_;  ///< what the manifest tells of
  std::unique_ptr<Scheduler::Handle> handle_;  // last: ends the writing first
};

}  // namespace banyan::host
