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

// No call has so much time: what seems to run for longer began before the server's clock was put
// back.
constexpr microseconds kLongestCommand = std::chrono::hours(1);

std::int64_t micros(SteadyTime::duration time) { return duration_cast<microseconds>(time).count(); }

std::string_view name_of(LedgerEntry::State state) {
  return state == LedgerEntry::State::Answered ? "answered" : "running";
}

std::string boot_id() { return std::string(system_clock().run()); }

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
        clock().is_of_server()
            ? session_.one<std::string, std::string, std::string, std::string, std::int64_t>(
                  ledger_.find_, module(), key.caller, key.operation, key.key)
            : session_.one<std::string, std::string, std::string, std::string, std::int64_t>(
                  ledger_.find_, now(), module(), key.caller, key.operation, key.key);
    if (!row) return std::nullopt;
    const auto& [state, fingerprint, answer, clock_of, left] = *row;
    LedgerEntry entry{LedgerEntry::State::Answered, fingerprint, answer};
    if (state == "running") {
      const bool alive =
          left > 0 && left <= kLongestCommand.count() && (clock_of.empty() || is_alive(clock_of));
      entry.state = alive ? LedgerEntry::State::Running : LedgerEntry::State::Abandoned;
    }
    return entry;
  }

  bool insert(const KeyedCommand& command, LedgerEntry::State state,
              const std::string& answer) override {
    const CommandKey& key = command.key();
    const std::int64_t begun = clock().machine->now().micros;
    const std::int64_t left = micros(deadline_ - clock().machine->steady());
    const auto put = [&](const auto&... runs_until) {
      return session_.run(ledger_.insert_, module(), key.caller, key.operation, key.key,
                          command.fingerprint(), name_of(state), answer, begun,
                          ledger_.sql_.clock_of, runs_until...);
    };
    return put(clock().is_of_server() ? left : now() + left) == 1;
  }

  void update(const KeyedCommand& command, LedgerEntry::State state,
              const std::string& answer) override {
    const CommandKey& key = command.key();
    session_.run(ledger_.update_, name_of(state), answer, module(), key.caller, key.operation,
                 key.key);
  }

  void abandon(const CommandKey& key) {
    if (clock().is_of_server()) {
      session_.run(ledger_.abandon_, module(), key.caller, key.operation, key.key);
    } else {
      session_.run(ledger_.abandon_, now(), module(), key.caller, key.operation, key.key);
    }
  }

  // The time of day tells the age over restarts of the machine, and may have been put forward: what
  // both clocks know must be old by both.
  std::int64_t purge(microseconds kept_for, std::int64_t limit) {
    const Timestamp before{clock().machine->now().micros - kept_for.count()};
    const std::int64_t kept = kept_for.count();
    if (clock().is_of_server()) {
      return session_.run(ledger_.purge_, module(), before, std::string_view(), kept, limit);
    }
    const std::string comparable = std::string(clock().machine->run()) + ":%";
    return session_.run(ledger_.purge_, module(), before, comparable, now(), kept, limit);
  }

 private:
  const std::string& module() const { return ledger_.module_.module(); }
  const LeaseClock& clock() const { return ledger_.sql_.clock; }
  std::int64_t now() const { return banyan::lease_now(*clock().machine).micros; }

  SqlLedger& ledger_;
  Session session_;
  SteadyTime deadline_;
};

SqlLedger::SqlLedger(ModuleConnection& module, LedgerSql sql)
    : module_(module), sql_(std::move(sql)) {
  const std::string now = sql_.clock.is_of_server() ? sql_.clock.server : ":now";
  const std::string one =
      " WHERE module = :module AND caller = :caller AND operation = :operation"
      " AND key = :key";
  find_ = "SELECT state, fingerprint, answer, clock_of, runs_until - " + now +
          " FROM banyan_ledger" + one;
  insert_ =
      "INSERT INTO banyan_ledger (module, caller, operation, key, fingerprint, state, answer,"
      " begun_at, clock_of, runs_until) VALUES (:module, :caller, :operation, :key, :fingerprint,"
      " :state, :answer, :begun, :clock, " +
      (sql_.clock.is_of_server() ? now + " + :left" : std::string(":until")) +
      ") ON CONFLICT (module, caller, operation, key) DO NOTHING";
  update_ = "UPDATE banyan_ledger SET state = :state, answer = :answer" + one;
  abandon_ = "UPDATE banyan_ledger SET runs_until = " + now + one;
  purge_ =
      "DELETE FROM banyan_ledger WHERE (module, caller, operation, key) IN"
      " (SELECT module, caller, operation, key FROM banyan_ledger"
      " WHERE module = :module AND begun_at < :before"
      " AND (clock_of NOT LIKE :comparable OR runs_until < " +
      now + " - :kept) ORDER BY begun_at LIMIT :limit)";
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
  std::int64_t purged = 0;
  const auto refused = module_.write_as_kit(context, [&](Connection& connection) {
    purged = Rows(*this, connection, context.deadline).purge(kept_for, limit);
  });
  return refused ? 0 : purged;
}

std::optional<LedgerEntry::State> SqlLedger::settle(Connection& connection,
                                                    const banyan::UnitOfWork& unit, bool keeps) {
  if (unit.context().command == nullptr) return std::nullopt;
  Rows rows(*this, connection, unit.context().deadline);
  return settle_command(rows, unit, keeps);
}

}  // namespace banyan::sql
