// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "kernel/context.hpp"
#include "kernel/result.hpp"
#include "sql/session.hpp"

namespace banyan::sql {

class Door;  // src/: where the module's tables are, and how to get there

/// A module's only way to its tables, wherever they are: in the shared file, or in a file of
/// their own after `banyan schema move`. Made by SharedDatabase::door(). Safe for concurrent use.
///
/// Inside a body no port may be called (banyan::OpenUnitOfWork is set), and no other read() or
/// write() begun on it: that is a Fault, since the second would wait for the first.
class ModuleDatabase {
 public:
  explicit ModuleDatabase(std::shared_ptr<Door> door) : door_(std::move(door)) {}

  /// `body(Session&)` sees one consistent snapshot and may not write. Returns what it returns.
  template <class F>
  auto read(F&& body) {
    using Answer = std::invoke_result_t<F&, Session&>;
    if constexpr (std::is_void_v<Answer>) {
      run_read([&body](Session& session) { body(session); });
    } else {
      std::optional<Answer> answer;
      run_read([&body, &answer](Session& session) { answer.emplace(body(session)); });
      return *std::move(answer);
    }
  }

  /// A unit of work. `body(Session&) -> Result<T>` runs on the writer's thread, all or nothing; its
  /// Error or exception undoes what it did and is handed on. A value comes back only when it is on
  /// disk. The body may run more than once (another unit of the same group failed, or the tables
  /// have just moved), so it leaves no traces but in the database.
  ///
  /// Errors of its own: DeadlineExceeded "banyan.write_not_begun" (the deadline passed before the
  /// body ran: nothing happened), ResourceExhausted "banyan.writer_queue_full", Unavailable
  /// "banyan.module_between_places".
  template <class F>
  auto write(const Context& context, F&& body) {
    using Answer = std::invoke_result_t<F&, Session&>;
    static_assert(is_result<Answer>, "a unit of work answers banyan::Result<T>");
    std::optional<Answer> answer;
    std::optional<Error> refused = run_write(context, [&body, &answer](Session& session) {
      answer.emplace(body(session));
      return answer->has_value();
    });
    if (refused) return Answer(fail(*std::move(refused)));
    return *std::move(answer);
  }

  const std::string& module() const;

 private:
  void run_read(const std::function<void(Session&)>& body);
  /// `body` answers whether to keep what it did.
  std::optional<Error> run_write(const Context& context, const std::function<bool(Session&)>& body);

  std::shared_ptr<Door> door_;
};

}  // namespace banyan::sql
