// SPDX-License-Identifier: Apache-2.0
#include "sql_ledger.hpp"

#include <unistd.h>

#include <chrono>
#include <exception>
#include <fstream>
#include <sstream>
#include <utility>

#include "module_connection.hpp"
#include "ownership.hpp"

namespace banyan::sql {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

std::int64_t micros(SteadyTime::duration time) { return duration_cast<microseconds>(time).count(); }

std::string_view name_of(LedgerEntry::State state) {
  return state == LedgerEntry::State::Answered ? "answered" : "running";
}

std::string boot_id() {
  std::string line;
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, line);
  return line;
}

// When a process was started, which tells it from a later one of the same number (proc(5), field
// 22 of stat; the second, its name, may hold blanks and parentheses). "" when there is none.
std::string start_of(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string stat;
  std::getline(file, stat);
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  constexpr int kStartAfterName = 20;
  for (int i = 0; i < kStartAfterName; ++i) fields >> field;
  return field;
}

// A process that cannot be seen from here (in another container) counts as gone; nothing is carried
// out twice for it, since its entry is there.
bool is_alive(const std::string& process) {
  if (process == this_process()) return true;
  const auto boot_end = process.find(':');
  const auto number_end = process.find(':', boot_end + 1);
  if (boot_end == std::string::npos || number_end == std::string::npos) return false;
  if (process.substr(0, boot_end) != boot_id()) return false;
  return start_of(process.substr(boot_end + 1, number_end - boot_end - 1)) ==
         process.substr(number_end + 1);
}

}  // namespace

const std::string& this_process() {
  static const std::string id =
      boot_id() + ':' + std::to_string(::getpid()) + ':' + start_of("self");
  return id;
}

/// The rows on one connection, inside its transaction.
class SqlLedger::Rows final : public LedgerRows {
 public:
  Rows(SqlLedger& ledger, Connection& connection, SteadyTime deadline)
      : ledger_(ledger), session_(connection, Ownership::kKit), deadline_(deadline) {}

  std::optional<LedgerEntry> find(const CommandKey& key) override {
    const auto row =
        ledger_.sql_.shared_clock.empty()
            ? session_.one<std::string, std::string, std::string, std::string, std::int64_t>(
                  ledger_.find_, now(), module(), key.caller, key.operation, key.key)
            : session_.one<std::string, std::string, std::string, std::string, std::int64_t>(
                  ledger_.find_, module(), key.caller, key.operation, key.key);
    if (!row) return std::nullopt;
    const auto& [state, fingerprint, answer, clock_of, left] = *row;
    LedgerEntry entry{LedgerEntry::State::Answered, fingerprint, answer};
    if (state == "running") {
      const bool alive = left > 0 && (clock_of.empty() || is_alive(clock_of));
      entry.state = alive ? LedgerEntry::State::Running : LedgerEntry::State::Abandoned;
    }
    return entry;
  }

  bool insert(const KeyedCommand& command, LedgerEntry::State state,
              const std::string& answer) override {
    const CommandKey& key = command.key();
    const std::int64_t begun = ledger_.sql_.clock->now().micros;
    const std::int64_t left = micros(deadline_ - ledger_.sql_.clock->steady());
    const auto put = [&](const auto&... runs_until) {
      return session_.run(ledger_.insert_, module(), key.caller, key.operation, key.key,
                          command.fingerprint(), name_of(state), answer, begun,
                          ledger_.sql_.clock_of, runs_until...);
    };
    return put(ledger_.sql_.shared_clock.empty() ? now() + left : left) == 1;
  }

  void update(const KeyedCommand& command, LedgerEntry::State state,
              const std::string& answer) override {
    const CommandKey& key = command.key();
    session_.run(ledger_.update_, name_of(state), answer, module(), key.caller, key.operation,
                 key.key);
  }

  void abandon(const CommandKey& key) {
    session_.run(ledger_.abandon_, module(), key.caller, key.operation, key.key);
  }

  std::int64_t purge(Timestamp before, std::int64_t limit) {
    return session_.run(ledger_.purge_, module(), before, limit);
  }

 private:
  const std::string& module() const { return ledger_.module_.module(); }
  std::int64_t now() const { return micros(ledger_.sql_.clock->steady().time_since_epoch()); }

  SqlLedger& ledger_;
  Session session_;
  SteadyTime deadline_;
};

SqlLedger::SqlLedger(ModuleConnection& module, LedgerSql sql)
    : module_(module), sql_(std::move(sql)) {
  const std::string now = sql_.shared_clock.empty() ? ":now" : sql_.shared_clock;
  const std::string one =
      " WHERE module = :module AND caller = :caller AND operation = :operation"
      " AND key = :key";
  find_ = "SELECT state, fingerprint, answer, clock_of, runs_until - " + now +
          " FROM banyan_ledger" + one;
  insert_ =
      "INSERT INTO banyan_ledger (module, caller, operation, key, fingerprint, state, answer,"
      " begun_at, clock_of, runs_until) VALUES (:module, :caller, :operation, :key, :fingerprint,"
      " :state, :answer, :begun, :clock, " +
      (sql_.shared_clock.empty() ? std::string(":until") : now + " + :left") +
      ") ON CONFLICT (module, caller, operation, key) DO NOTHING";
  update_ = "UPDATE banyan_ledger SET state = :state, answer = :answer" + one;
  abandon_ = "UPDATE banyan_ledger SET runs_until = 0" + one;
  purge_ =
      "DELETE FROM banyan_ledger WHERE (module, caller, operation, key) IN"
      " (SELECT module, caller, operation, key FROM banyan_ledger"
      " WHERE module = :module AND begun_at < :before ORDER BY begun_at LIMIT :limit)";
}

std::optional<LedgerEntry> SqlLedger::find(const CommandKey& key, const Context& context) {
  std::optional<LedgerEntry> found;
  module_.read_as_kit(context, [&](Connection& connection) {
    found = Rows(*this, connection, context.deadline).find(key);
  });
  return found;
}

Result<void> SqlLedger::answer(const KeyedCommand& command, const std::string& answer,
                               const Context& context) {
  auto refused = module_.write_as_kit(context, [&](Connection& connection) {
    Rows(*this, connection, context.deadline).update(command, LedgerEntry::State::Answered, answer);
  });
  if (refused) return fail(*std::move(refused));
  return {};
}

void SqlLedger::abandon(const KeyedCommand& command, const Context& context) noexcept {
  try {
    (void)module_.write_as_kit(context, [&](Connection& connection) {
      Rows(*this, connection, context.deadline).abandon(command.key());
    });
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): its time ends by itself
  }
}

std::int64_t SqlLedger::purge(std::chrono::seconds kept_for, std::int64_t limit,
                              const Context& context) {
  Timestamp before = sql_.clock->now();
  before.micros -= duration_cast<microseconds>(kept_for).count();
  std::int64_t purged = 0;
  const auto refused = module_.write_as_kit(context, [&](Connection& connection) {
    purged = Rows(*this, connection, context.deadline).purge(before, limit);
  });
  return refused ? 0 : purged;
}

std::optional<LedgerEntry::State> SqlLedger::settle(Connection& connection, const UnitOfWork& unit,
                                                    bool keeps) {
  if (unit.context().command == nullptr) return std::nullopt;
  Rows rows(*this, connection, unit.context().deadline);
  return settle_command(rows, unit, keeps);
}

}  // namespace banyan::sql
