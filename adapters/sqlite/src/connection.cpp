// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "banyan/sqlite/script.hpp"
#include "handle_fault.hpp"

namespace banyan::sqlite {
namespace {

using std::chrono::milliseconds;

constexpr int kInstructionsBetweenLooks = 1000;
constexpr milliseconds kFirstPause{1};
constexpr milliseconds kLongestPause{25};

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::Read: return SQLITE_OPEN_READONLY;
    case OpenMode::ReadRecovering:
    case OpenMode::Write: return SQLITE_OPEN_READWRITE;
    case OpenMode::Create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return SQLITE_OPEN_READONLY;
}

void check_path(const std::filesystem::path& file, OpenMode mode) {
  if (file.empty()) throw Fault(FaultKind::CannotOpen, "no file is named");
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    throw Fault(FaultKind::CannotOpen, "it is a folder; name a database file inside it");
  }
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (mode == OpenMode::Create && !std::filesystem::is_directory(folder, ignored)) {
    throw Fault(FaultKind::CannotOpen,
                "there is no folder '" + folder.string() + "'; create it, or name another file");
  }
}

int option_of(Setting setting) {
  switch (setting) {
    case Setting::Triggers: return SQLITE_DBCONFIG_ENABLE_TRIGGER;
    case Setting::ForeignKeys: return SQLITE_DBCONFIG_ENABLE_FKEY;
    case Setting::TrustedSchema: return SQLITE_DBCONFIG_TRUSTED_SCHEMA;
    case Setting::Defensive: return SQLITE_DBCONFIG_DEFENSIVE;
  }
  return 0;
}

int option_of(Checkpoint mode) {
  switch (mode) {
    case Checkpoint::Passive: return SQLITE_CHECKPOINT_PASSIVE;
    case Checkpoint::Full: return SQLITE_CHECKPOINT_FULL;
    case Checkpoint::Restart: return SQLITE_CHECKPOINT_RESTART;
    case Checkpoint::Truncate: return SQLITE_CHECKPOINT_TRUNCATE;
  }
  return SQLITE_CHECKPOINT_PASSIVE;
}

// From the first word of each statement, so that a failure names the statement's own place.
void each_statement(::sqlite3* handle, std::string_view script, const auto& take) {
  std::size_t at = 0;
  while ((at = skip_to_statement(script, at)) < script.size()) {
    const char* tail = nullptr;
    ::sqlite3_stmt* prepared = nullptr;
    const auto rest = script.substr(at);
    if (sqlite3_prepare_v2(handle, rest.data(), static_cast<int>(rest.size()), &prepared, &tail) !=
        SQLITE_OK) {
      throw fault_of(handle, rest, at);
    }
    const std::unique_ptr<::sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared,
                                                                                 sqlite3_finalize);
    if (prepared == nullptr) {
      throw Fault(FaultKind::Misuse, "there is a NUL byte, behind which SQLite would read nothing",
                  rest);
    }
    take(prepared, rest, at);
    at = static_cast<std::size_t>(tail - script.data());
  }
}

}  // namespace

Fault fault_of(::sqlite3* connection, std::string_view sql, std::size_t statement_at) {
  const int within = sqlite3_error_offset(connection);
  return {sqlite3_extended_errcode(connection), sqlite3_errmsg(connection), sql,
          statement_at + static_cast<std::size_t>(std::max(within, 0))};
}

// Stays where it is: SQLite calls back with its address.
struct Connection::State {
  State(::sqlite3* native, bool is_owned) : handle(native), owned(is_owned) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (owned) {
      sqlite3_close_v2(handle);
      return;
    }
    if (deadline) sqlite3_progress_handler(handle, 0, nullptr, nullptr);
    if (handles_busy) sqlite3_busy_timeout(handle, static_cast<int>(busy_wait.count()));
  }

  bool is_over() const { return deadline && clock->steady() >= *deadline; }

  static int look_at_deadline(void* state) { return static_cast<State*>(state)->is_over() ? 1 : 0; }

  // SQLite's own handler knows no deadline.
  static int wait(void* context, int times_waited) {
    auto& state = *static_cast<State*>(context);
    const auto now = std::chrono::steady_clock::now();
    if (times_waited == 0) state.waiting_since = now;
    const auto waited = std::chrono::duration_cast<milliseconds>(now - state.waiting_since);
    if (waited >= state.busy_wait || state.is_over()) return 0;
    const auto pause = std::min(kFirstPause * (1 << std::min(times_waited, 5)), kLongestPause);
    std::this_thread::sleep_for(std::min(pause, state.busy_wait - waited));
    return 1;
  }

  ::sqlite3* handle;
  bool owned;
  bool handles_busy = false;
  milliseconds busy_wait{0};
  std::chrono::steady_clock::time_point waiting_since{};
  std::optional<SteadyTime> deadline;
  const Clock* clock = nullptr;
  std::filesystem::path file;
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection Connection::open(const std::filesystem::path& file, OpenMode mode,
                            milliseconds busy_wait) {
  check_path(file, mode);
  ::sqlite3* handle = nullptr;
  // An absolute name cannot be taken for a URI or for ":memory:".
  const int code = sqlite3_open_v2(std::filesystem::absolute(file).c_str(), &handle,
                                   flags_of(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection opened(std::make_unique<State>(handle, true));
  if (code != SQLITE_OK) {
    if (handle == nullptr) throw Fault(code, sqlite3_errstr(code));
    throw fault_of(handle);
  }
  opened.state_->file = file;
  sqlite3_extended_result_codes(handle, 1);
  opened.set_busy_wait(busy_wait);
  // SQLite opens a file that it may not write for reading, and says nothing.
  const bool writes = mode == OpenMode::Write || mode == OpenMode::Create;
  if (writes && opened.is_read_only()) throw Fault(FaultKind::ReadOnly, "it is read-only");
  if (mode == OpenMode::ReadRecovering) opened.run("PRAGMA query_only = ON");
  opened.number("SELECT count(*) FROM sqlite_schema");
  return opened;
}

Connection Connection::in_memory() {
  ::sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(":memory:", &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection opened(std::make_unique<State>(handle, true));
  if (code != SQLITE_OK) throw Fault(code, sqlite3_errstr(code));
  sqlite3_extended_result_codes(handle, 1);
  return opened;
}

Connection Connection::borrow(::sqlite3* handle) {
  return Connection(std::make_unique<State>(handle, false));
}

void Connection::hand_over(::sqlite3*& owner) noexcept {
  sqlite3_close_v2(std::exchange(owner, state_->handle));
  state_->owned = false;
}

void Connection::run(std::string_view script,
                     const std::function<void(std::size_t)>& before_each) const {
  each_statement(handle(), script,
                 [&](::sqlite3_stmt* statement, std::string_view sql, std::size_t at) {
                   if (before_each) before_each(at);
                   int code = SQLITE_ROW;
                   while (code == SQLITE_ROW) code = sqlite3_step(statement);
                   if (code != SQLITE_DONE) throw fault_of(handle(), sql, at);
                 });
}

void Connection::prepare(std::string_view script) const {
  each_statement(handle(), script, [](auto...) {});
}

bool Connection::has_table(std::string_view name) const {
  return query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE")
      .bind(1, name)
      .step();
}

std::string Connection::text(std::string_view sql) const {
  Statement asked = query(sql);
  return asked.step() ? asked.text(0) : std::string();
}

std::int64_t Connection::number(std::string_view sql) const {
  Statement asked = query(sql);
  return asked.step() ? asked.number(0) : 0;
}

bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(handle()) == 0; }

void Connection::roll_back() const noexcept {
  if (state_ == nullptr || !in_transaction()) return;
  sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t Connection::changes() const noexcept { return sqlite3_changes64(handle()); }

Fault Connection::current_fault(std::string_view sql) const { return fault_of(handle(), sql); }

bool Connection::is_read_only() const noexcept {
  return sqlite3_db_readonly(handle(), "main") != 0;
}

void Connection::interrupt() const noexcept { sqlite3_interrupt(handle()); }

void Connection::set_busy_wait(milliseconds wait) {
  state_->busy_wait = wait;
  state_->handles_busy = true;
  sqlite3_busy_handler(handle(), &State::wait, state_.get());
}

void Connection::set_deadline(SteadyTime deadline, const Clock& clock) {
  state_->deadline = deadline;
  state_->clock = &clock;
  sqlite3_progress_handler(handle(), kInstructionsBetweenLooks, &State::look_at_deadline,
                           state_.get());
}

void Connection::clear_deadline() noexcept {
  state_->deadline.reset();
  sqlite3_progress_handler(handle(), 0, nullptr, nullptr);
}

void Connection::set(Setting setting, bool on) const {
  int now = -1;
  const int code = sqlite3_db_config(handle(), option_of(setting), on ? 1 : 0, &now);
  if (code != SQLITE_OK || now != (on ? 1 : 0)) {
    throw Fault(FaultKind::Misuse, "this SQLite cannot switch a setting of a connection");
  }
}

// The pragmas show both numbers with sign.
std::uint32_t Connection::application_id() const {
  return static_cast<std::uint32_t>(number("PRAGMA application_id"));
}

void Connection::set_application_id(std::uint32_t id) const {
  run("PRAGMA application_id = " + std::to_string(static_cast<std::int32_t>(id)));
}

std::int32_t Connection::user_version() const {
  return static_cast<std::int32_t>(number("PRAGMA user_version"));
}

void Connection::set_user_version(std::int32_t version) const {
  run("PRAGMA user_version = " + std::to_string(version));
}

CheckpointResult Connection::checkpoint(Checkpoint mode) const {
  CheckpointResult result;
  const int code = sqlite3_wal_checkpoint_v2(handle(), "main", option_of(mode), &result.log_pages,
                                             &result.moved_pages);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) throw fault_of(handle());
  result.complete = code == SQLITE_OK && result.moved_pages == result.log_pages;
  return result;
}

void Connection::set_journal_size_limit(std::int64_t bytes) const {
  run("PRAGMA journal_size_limit = " + std::to_string(bytes));
}

bool Connection::moved() const noexcept {
  int has_moved = 0;
  return sqlite3_file_control(handle(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved) == SQLITE_OK &&
         has_moved != 0;
}

const std::filesystem::path& Connection::file() const noexcept { return state_->file; }

::sqlite3* Connection::handle() const noexcept { return state_->handle; }

}  // namespace banyan::sqlite
