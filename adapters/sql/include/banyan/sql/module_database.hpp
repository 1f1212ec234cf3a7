// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/sql/unit_of_work.hpp"

namespace banyan::sql {

class ModuleConnection;  // src/: where the module's tables are, and how to get there

/// A module's only way to its tables, wherever they are: in the shared database, or in one of
/// their own. Made by Database::connect(). Safe for concurrent use.
///
/// Inside a body no port may be called (banyan::OpenUnitOfWork is set), and no other read() or
/// write() begun on it: that is a Fault, since the second would wait for the first.
class ModuleDatabase {
 public:
  explicit ModuleDatabase(std::shared_ptr<ModuleConnection> connection)
      : connection_(std::move(connection)) {}

  /// `body(Session&)` or `body(UnitOfWork&)` sees one consistent snapshot and may not write.
  /// Returns what it returns. Fault{Deadline} once the deadline of `context` has passed, also in
  /// the middle of a statement; Fault{Outdated} when the routing decision in `context` was made
  /// with a later placement of the module's tables than is found here; write() does the same.
  template <class F>
  auto read(const Context& context, F&& body) {
    using Answer = decltype(call(body, std::declval<UnitOfWork&>()));
    if constexpr (std::is_void_v<Answer>) {
      run_read(context, [&body](UnitOfWork& unit) { call(body, unit); });
    } else {
      std::optional<Answer> answer;
      run_read(context, [&body, &answer](UnitOfWork& unit) { answer.emplace(call(body, unit)); });
      return *std::move(answer);
    }
  }

  /// A unit of work. `body(Session&) -> Result<T>`, or `body(UnitOfWork&)`, runs as if it were
  /// alone, all or nothing; its Error or exception undoes what it did and is handed on. A value
  /// comes back only when it is on disk. The body may run more than once (another unit was in its
  /// way, the server went away, the tables have just moved), on any thread, so it leaves no traces
  /// but in the database.
  ///
  /// Errors of its own: DeadlineExceeded "banyan.write_not_begun" (the deadline passed before the
  /// body ran: nothing happened), ResourceExhausted "banyan.writer_queue_full", Unavailable
  /// "banyan.module_moving".
  template <class F>
  auto write(const Context& context, F&& body) {
    using Answer = decltype(call(body, std::declval<UnitOfWork&>()));
    static_assert(is_result<Answer>, "a unit of work answers banyan::Result<T>");
    std::optional<Answer> answer;
    std::optional<Error> refused = run_write(context, [&body, &answer](UnitOfWork& unit) {
      answer.emplace(call(body, unit));
      return answer->has_value();
    });
    if (refused) return Answer(fail(*std::move(refused)));
    return *std::move(answer);
  }

  const std::string& module() const;

  /// Of the module's commands that carry an idempotency key.
  IdempotencyLedger& ledger();

 private:
  friend class KitAccess;

  template <class F>
  static decltype(auto) call(F& body, UnitOfWork& unit) {
    if constexpr (std::is_invocable_v<F&, UnitOfWork&>) {
      return body(unit);
    } else {
      return body(unit.session());
    }
  }

  void run_read(const Context& context, const std::function<void(UnitOfWork&)>& body);
  /// `body` answers whether to keep what it did.
  std::optional<Error> run_write(const Context& context,
                                 const std::function<bool(UnitOfWork&)>& body);

  std::shared_ptr<ModuleConnection> connection_;
};

}  // namespace banyan::sql
