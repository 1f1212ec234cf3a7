// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "assembly.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/telemetry/health.hpp"
#include "banyan/telemetry/log.hpp"
#include "options.hpp"

namespace banyan::host {

/// What a running process does for its database by itself: it repairs a move of tables that was
/// broken off, as a restart would, and forgets idempotency keys that are old enough.
class Housekeeping {
 public:
  /// All must outlive it.
  Housekeeping(sql::Database& database, const Assembly& assembly, const Options& options,
               Scheduler& scheduler, const telemetry::Log& log);

  /// Which modules wait for their tables, and what a person can do about it.
  telemetry::Health::Finding finding() const;

 private:
  void repair();
  void purge();

  sql::Database* database_;
  const Assembly* assembly_;
  const Options* options_;
  const telemetry::Log* log_;
  mutable std::mutex mutex_;
  std::string problem_;  ///< why the last repair did not help
  std::unique_ptr<Scheduler::Handle> repairs_;
  std::unique_ptr<Scheduler::Handle> purges_;
};

}  // namespace banyan::host
