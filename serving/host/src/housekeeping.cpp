// SPDX-License-Identifier: Apache-2.0
#include "housekeeping.hpp"

#include <exception>
#include <optional>

#include "banyan/mover/move.hpp"
#include "database_setup.hpp"

namespace banyan::host {
namespace {

using namespace std::chrono_literals;

// A move that goes its way holds writers up for longer than this only while it copies, and then its
// lock says that it is at work.
constexpr auto kPatience = 300ms;
constexpr auto kRepairInterval = 500ms;
constexpr auto kPurgeInterval = 60s;
constexpr std::int64_t kPurgedAtOnce = 500;

}  // namespace

Housekeeping::Housekeeping(sql::Database& database, const Assembly& assembly,
                           const Options& options, Scheduler& scheduler, const telemetry::Log& log)
    : database_(&database),
      assembly_(&assembly),
      options_(&options),
      log_(&log),
      repairs_(scheduler.every(kRepairInterval, [this] { repair(); })),
      purges_(scheduler.every(kPurgeInterval, [this] { purge(); })) {}

telemetry::Health::Finding Housekeeping::finding() const {
  const auto waiting = database_->waiting();
  std::optional<std::string> mover;
  if (const auto& source = database_->source(); source.engine == sql::Engine::Sqlite) {
    mover = mover::mover_at_work(source.file);
  }
  if (mover) return {false, "tables are being moved, and their writers wait (" + *mover + ")"};
  if (waiting.empty()) return {true, "every module finds its tables"};
  std::string text;
  for (const sql::WaitingModule& each : waiting) {
    text += (text.empty() ? "" : ", ") + each.module;
  }
  text +=
      " waits for its tables, which are being moved or were left by a move that was broken "
      "off. `banyan schema move " +
      waiting.front().module + "` (with --back when that was the way) completes it.";
  const std::lock_guard lock(mutex_);
  if (!problem_.empty()) text += ' ' + problem_;
  return {false, text};
}

void Housekeeping::repair() {
  const auto waiting = database_->waiting();
  if (waiting.empty() || system_clock().steady() - waiting.front().since < kPatience) return;
  std::string problem;
  try {
    // Who opens and closes what lies in the place of the file takes its log along.
    if (!database_->is_at_path()) return;
    recover_moves(database_->source().file, *log_);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  const std::lock_guard lock(mutex_);
  if (!problem.empty() && problem != problem_) {
    log_->write(telemetry::Level::Error, "move_not_recovered",
                {{"module", waiting.front().module}, {"message", problem}});
  }
  problem_ = std::move(problem);
}

void Housekeeping::purge() {
  for (const auto& module : assembly_->modules()) {
    if (!module->here) continue;
    try {
      std::int64_t purged = kPurgedAtOnce;
      while (purged == kPurgedAtOnce) {
        purged =
            module->database->ledger().purge(options_->keys_kept, kPurgedAtOnce,
                                             Context::begin(5s, system_clock(), system_random()));
      }
    } catch (const std::exception& error) {
      log_->write(telemetry::Level::Warning, "keys_not_purged",
                  {{"module", module->name()}, {"message", error.what()}});
    }
  }
}

}  // namespace banyan::host
