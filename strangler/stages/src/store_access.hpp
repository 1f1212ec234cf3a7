// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/sqlite/fault.hpp"
#include "banyan/sqlite/transaction.hpp"
#include "banyan/stages/made_note.hpp"
#include "log_beside.hpp"
#include "note_rows.hpp"
#include "seen_lines.hpp"
#include "stage_rows.hpp"
#include "store_errors.hpp"
#include "write_turn.hpp"

namespace banyan::strangler {

/// What a body of StoreAccess::change() says that it has written. Nothing is nothing to commit.
struct Written {
  bool rows = false;  ///< any
  LastLines lines{};  ///< the last ones of the switch log

  bool any() const { return rows || lines != LastLines{}; }
  bool traffic() const { return lines.seq != 0; }
};

/// The open file of a control store: how it is read, and the one way in which it is changed. What
/// the store promises of a change (docs/adr/0046) is in change(), and nowhere else:
///
///     turn ─▶ the log has what was seen ─▶ body ─▶ still this file ─▶ commit ─▶ in force here
///       one process at a time                     else: rolled back     synced
///
///          ─▶ into the file ─▶ room held anew ─▶ notes name the last lines ─▶ answered
///              the file alone is whole
///
/// All of it may be called by any thread. The bodies run under the lock of the store, one at a
/// time, and use connection() and the rows only there.
class StoreAccess final {
 public:
  /// `note_files`: see ControlStore::open(). Throws sqlite::Fault.
  StoreAccess(std::string file, sqlite::Connection connection,
              const std::vector<std::string>& note_files);
  /// Brings in what could not be before; closing alone brings nothing in, see sqlite::keep_wal().
  ~StoreAccess();
  StoreAccess(const StoreAccess&) = delete;
  StoreAccess& operator=(const StoreAccess&) = delete;

  const std::string& file() const { return file_; }
  const sqlite::Connection& connection() const { return connection_; }
  const StageRows& stages() const { return stages_; }
  const NoteRows& notes() const { return notes_; }
  SeenLines& seen() { return seen_; }

  /// Makes the file of the writers' lock, while there is room for it: what a process does that will
  /// go by the store.
  void prepare() { turn_.prepare(); }

  /// What `body` answers. Refused where the file is another one by now; what SQLite refuses is an
  /// error, see control_store_error().
  template <class Body>
  auto guarded(Body&& body) -> decltype(body());
  /// The same, and all that `body` reads is of one moment.
  template <class Body>
  auto at_one_moment(Body&& body) -> decltype(body());

  /// The same in a transaction that writes. It is committed when `body` answers with no error and
  /// has written something, and then all of the above is done before this returns. `wait`: for who
  /// writes now.
  template <class Body>
  auto change(Body&& body, std::chrono::milliseconds wait = sqlite::Connection::kBusyWait)
      -> decltype(body(std::declval<Written&>()));

  /// In a body that is in no transaction: see SeenLines::check_that_the_log_has_them().
  Result<void> check_the_log();
  /// In a body, before anything is written that is no way back: that takes none of the room that is
  /// kept. Unavailable "banyan.control_store_full".
  Result<void> check_room();
  /// In a body that does not write: all of the log beside the file into the file, and room held.
  void bring_in();

  /// See ControlStore::mark_notes(), follow(), unwritable(), not_in_file() and tend().
  Result<void> mark_notes();
  void follow(std::function<void()> in_force);
  std::optional<Error> unwritable();
  std::string not_in_file();
  void tend();

 private:
  static bool is_of_writing(sqlite::FaultKind kind);
  void remember(const Written& written);
  void after_commit(const Written& written);
  bool hold_room();

  const std::string file_;
  std::mutex mutex_;
  sqlite::Connection connection_;
  WriteTurn turn_;
  const StageRows stages_;
  const NoteRows notes_;
  SeenLines seen_;
  LogBeside log_beside_;
  std::optional<Error> trouble_;  ///< why it cannot be written
  std::mutex following_;
  std::function<void()> in_force_;
};

template <class Body>
auto StoreAccess::guarded(Body&& body) -> decltype(body()) {
  const std::lock_guard lock(mutex_);
  try {
    if (connection_.moved()) return fail(moved_control_store(file_));
    return body();
  } catch (const sqlite::Fault& fault) {
    Error error = control_store_error(file_, fault);
    if (is_of_writing(fault.kind())) trouble_ = error;
    return fail(std::move(error));
  }
}

template <class Body>
auto StoreAccess::at_one_moment(Body&& body) -> decltype(body()) {
  return guarded([&]() -> decltype(body()) {
    const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
    return body();
  });
}

template <class Body>
auto StoreAccess::change(Body&& body, std::chrono::milliseconds wait)
    -> decltype(body(std::declval<Written&>())) {
  Written written;
  bool is_committed = false;
  auto outcome = guarded([&]() -> decltype(body(written)) {
    WriteTransaction transaction(turn_, connection_, wait);
    if (auto whole = seen_.check_that_the_log_has_them(); !whole) {
      return fail(std::move(whole.error()));
    }
    auto decided = body(written);
    if (!decided || !written.any()) return decided;
    if (connection_.moved()) return fail(moved_control_store(file_));
    transaction.commit();
    is_committed = true;
    remember(written);
    return decided;
  });
  // Outside of the lock: nobody who only looks waits for a disk.
  if (is_committed) after_commit(written);
  return outcome;
}

}  // namespace banyan::strangler
