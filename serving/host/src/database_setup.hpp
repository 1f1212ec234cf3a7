// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "banyan/host/application.hpp"
#include "banyan/host/composition.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/telemetry/log.hpp"
#include "options.hpp"

namespace banyan::host {

/// What has to be right with the database before it is opened: its folder, the modules' migrations,
/// moves of tables that were broken off, and the manifest beside it that tools read. Throws
/// std::runtime_error (or a fault of a part) with what is wrong and the next step.
void set_up_database(const Application& application, const std::vector<ModuleEntry>& table,
                     const Options& options, const telemetry::Log& log);

/// Whether a process that runs on the same database can live with what set_up_database() would do
/// to it: each script that it would apply is marked `-- banyan: expand`. Changes nothing.
Result<void> may_set_up_beside_another(const Application& application,
                                       const std::vector<ModuleEntry>& table,
                                       const Options& options);

/// Completes or undoes moves of tables that were broken off, as far as that needs no copying (see
/// mover::recover); safe beside running writers. Throws std::runtime_error with what is wrong.
void recover_moves(const std::filesystem::path& file, const telemetry::Log& log);

/// Writes down in the manifest, every two seconds while there is something new, which SQL the
/// modules run: the search for statements that cross modules goes by it. What keeps it from that is
/// logged ("statements_not_recorded") and tried again.
class StatementRecorder {
 public:
  /// All must outlive it.
  StatementRecorder(const sql::Database& database, Scheduler& scheduler, const telemetry::Log& log);

 private:
  void write();
  void tell(const std::string& problem);

  const sql::Database* database_;
  const telemetry::Log* log_;
  std::string problem_;                        ///< that was told; "": none
  std::vector<sql::ModuleStatement> written_;  ///< what the manifest tells of
  std::unique_ptr<Scheduler::Handle> handle_;  // last: ends the writing first
};

}  // namespace banyan::host
