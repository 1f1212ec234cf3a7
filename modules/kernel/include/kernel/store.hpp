// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "kernel/clock.hpp"
#include "kernel/context.hpp"
#include "kernel/result.hpp"
#include "kernel/unit_of_work.hpp"

namespace banyan {

/// A module's memory as its use cases see it: `Reading` is what can be looked up, `Writing`
/// (which has all of Reading) what can be changed. The use case says what belongs together and
/// decides; the adapter in src/persistence only looks up and changes. Every adapter of a store
/// passes the same contract suite. Safe for concurrent use.
template <class Reading, class Writing>
class Store {
 public:
  virtual ~Store() = default;

  /// `body(Reading&)` sees one consistent snapshot. Returns what it returns.
  template <class F>
  auto read(F&& body) {
    using Answer = std::invoke_result_t<F&, Reading&>;
    std::optional<Answer> answer;
    run_read([&](Reading& reading) { answer.emplace(body(reading)); });
    return *std::move(answer);
  }

  /// A unit of work: `body(Writing&) -> Result<T>` is carried out wholly or, when it answers with
  /// an Error or throws, not at all. It may run more than once, so it leaves no traces outside,
  /// and may call no port.
  template <class F>
  auto write(const Context& context, F&& body) {
    using Answer = std::invoke_result_t<F&, Writing&>;
    static_assert(is_result<Answer>, "a unit of work answers banyan::Result<T>");
    std::optional<Answer> answer;
    Result<void> done = run_write(context, [&](Writing& writing) -> Result<void> {
      answer.emplace(body(writing));
      if (!*answer) return fail(answer->error());
      return {};
    });
    if (!done) return Answer(fail(std::move(done.error())));
    return *std::move(answer);
  }

 private:
  virtual void run_read(const std::function<void(Reading&)>& body) = 0;
  virtual Result<void> run_write(const Context& context,
                                 const std::function<Result<void>(Writing&)>& body) = 0;
};

/// A store in memory. `Tables` is a copyable Writing; a unit of work is done on a copy, which
/// costs time in proportion to what is stored: for tests and demonstrations.
template <class Reading, class Writing, class Tables>
class MemoryStore final : public Store<Reading, Writing> {
 public:
  explicit MemoryStore(Tables tables = {}, const Clock& clock = system_clock())
      : tables_(std::move(tables)), clock_(&clock) {}

 private:
  void run_read(const std::function<void(Reading&)>& body) override {
    const std::lock_guard lock(mutex_);
    const OpenUnitOfWork open;
    body(tables_);
  }

  Result<void> run_write(const Context& context,
                         const std::function<Result<void>(Writing&)>& body) override {
    const std::lock_guard lock(mutex_);
    if (context.expired(*clock_)) {
      return fail(ErrorCode::DeadlineExceeded, "banyan.write_not_begun",
                  "the deadline had passed before the unit of work began; nothing was changed");
    }
    const OpenUnitOfWork open;
    Tables copy = tables_;
    Result<void> done = body(copy);
    if (done) tables_ = std::move(copy);
    return done;
  }

  std::mutex mutex_;
  Tables tables_;
  const Clock* clock_;
};

}  // namespace banyan
