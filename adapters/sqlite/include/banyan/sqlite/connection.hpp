// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "banyan/sqlite/fault.hpp"
#include "banyan/sqlite/statement.hpp"

namespace banyan::sqlite {

enum class OpenMode : std::uint8_t {
  Read,            ///< the file is never written, not even to undo what a killed writer left
  ReadRecovering,  ///< statements cannot write; what a killed writer left behind is rolled back
  Write,           ///< the file is there and may be written
  Create           ///< made when it is not there
};

/// Switches of a connection that have no pragma, or one that says nothing when it does nothing.
enum class Setting : std::uint8_t { Triggers, ForeignKeys, TrustedSchema, Defensive };

enum class Checkpoint : std::uint8_t { Passive, Full, Restart, Truncate };

struct CheckpointResult {
  bool complete = false;  ///< false: readers or a writer stood in the way
  int log_pages = 0;      ///< pages in the WAL; -1 when the database has none
  int moved_pages = 0;    ///< of these, how many are in the database file by now
};

/// A connection to one database. Used by one thread at a time; interrupt() is for any thread.
/// `const` means that the connection stays the same, not the data. Everything throws Fault unless
/// noexcept.
class Connection {
 public:
  static constexpr std::chrono::milliseconds kBusyWait{5000};

  /// A file's name is only ever a file's name: no URI, no ":memory:", no "" for a temporary one.
  /// Reads the schema once, so that what is no database is refused here. Waits for locks for at
  /// most `busy_wait`.
  static Connection open(const std::filesystem::path& file, OpenMode mode,
                         std::chrono::milliseconds busy_wait = kBusyWait);
  static Connection in_memory();
  /// A view of a connection that somebody else opened and closes; gone before that. It changes
  /// nothing until one of its functions is called, and takes back its deadline.
  static Connection borrow(::sqlite3* handle);
  /// Closes the connection that `owner` has, and gives it this one, which is only borrowed from now
  /// on: for a library that cannot open one as open() does.
  void hand_over(::sqlite3*& owner) noexcept;

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Every statement of the text. A fault's offset() counts from the beginning of the script.
  void run(std::string_view script) const { run(script, {}); }
  /// `before_each` is called with each statement's offset, when it is prepared and has not run. It
  /// may throw.
  void run(std::string_view script, const std::function<void(std::size_t)>& before_each) const;
  /// The same without running any: what an Authorizer is to hear of.
  void prepare(std::string_view script) const;
  Statement query(std::string_view sql) const { return {handle(), sql}; }
  /// Calls `take` with every row of a statement without parameters.
  void each(std::string_view sql, const auto& take) const {
    for (Statement row = query(sql); row.step();) take(std::as_const(row));
  }
  bool has_table(std::string_view name) const;      ///< SQLite's names have no case
  std::string text(std::string_view sql) const;     ///< first value of the first row, or ""
  std::int64_t number(std::string_view sql) const;  ///< first value of the first row, or 0

  bool in_transaction() const noexcept;
  void roll_back() const noexcept;        ///< nothing when no transaction is open
  std::int64_t changes() const noexcept;  ///< rows that the last INSERT, UPDATE or DELETE changed
  Fault current_fault(std::string_view sql = {}) const;  ///< what failed last
  bool is_read_only() const noexcept;

  /// Ends what runs now with FaultKind::Interrupted.
  void interrupt() const noexcept;
  void set_busy_wait(std::chrono::milliseconds wait);
  /// From now on a statement that runs past this time ends with FaultKind::Interrupted, and one
  /// that waits for a lock with FaultKind::Busy. A COMMIT may be ended by it as well; then nothing
  /// is committed and the transaction is open.
  void set_deadline(SteadyTime deadline, const Clock& clock);
  void clear_deadline() noexcept;

  void set(Setting setting, bool on) const;
  std::uint32_t application_id() const;
  void set_application_id(std::uint32_t id) const;
  std::int32_t user_version() const;
  void set_user_version(std::int32_t version) const;
  CheckpointResult checkpoint(Checkpoint mode) const;
  /// To how many bytes a journal or WAL is cut after a checkpoint.
  void set_journal_size_limit(std::int64_t bytes) const;
  /// True when the file at this connection's path is not the one that it opened: renamed, removed
  /// or replaced. What is written now is lost with the next restart.
  bool moved() const noexcept;

  const std::filesystem::path& file() const noexcept;  ///< as given; "" in memory and borrowed
  ::sqlite3* handle() const noexcept;

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banyan::sqlite
