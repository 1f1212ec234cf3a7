// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/kernel/unit_of_work.hpp"

namespace banyan {

/// Calls the body of a unit of work with the unit where it asks for it.
template <class F, class View>
decltype(auto) in_unit_of_work(F& body, View& view, UnitOfWork& unit) {
  if constexpr (std::is_invocable_v<F&, View&, UnitOfWork&>) {
    return body(view, unit);
  } else {
    return body(view);
  }
}

/// A module's memory as its use cases see it: `Reading` is what can be looked up, `Writing`
/// (which has all of Reading) what can be changed. The use case says what belongs together and
/// decides; the adapter in src/persistence only looks up and changes. Every adapter of a store
/// passes the same contract suite. Safe for concurrent use.
template <class Reading, class Writing>
class Store {
 public:
  virtual ~Store() = default;

  /// `body(Reading&)` or `body(Reading&, UnitOfWork&)` sees one consistent snapshot. Returns what
  /// it returns. A read that is not through when the deadline passes is broken off by an exception,
  /// which the binding turns into DeadlineExceeded.
  template <class F>
  auto read(const Context& context, F&& body) {
    using Answer =
        decltype(in_unit_of_work(body, std::declval<Reading&>(), std::declval<UnitOfWork&>()));
    std::optional<Answer> answer;
    run_read(context, [&](Reading& reading, UnitOfWork& unit) {
      answer.emplace(in_unit_of_work(body, reading, unit));
    });
    return *std::move(answer);
  }

  /// A unit of work: `body(Writing&) -> Result<T>`, or `body(Writing&, UnitOfWork&)`, is carried
  /// out wholly or, when it answers with an Error or throws, not at all. It may run more than once,
  /// so it leaves no traces outside, and may call no port.
  template <class F>
  auto write(const Context& context, F&& body) {
    using Answer =
        decltype(in_unit_of_work(body, std::declval<Writing&>(), std::declval<UnitOfWork&>()));
    static_assert(is_result<Answer>, "a unit of work answers banyan::Result<T>");
    std::optional<Answer> answer;
    Result<void> done = run_write(context, [&](Writing& writing, UnitOfWork& unit) -> Result<void> {
      answer.emplace(in_unit_of_work(body, writing, unit));
      if (!*answer) return fail(answer->error());
      // A unit may succeed in writing a refusal down.
      if constexpr (is_result<typename Answer::value_type>) {
        unit.answer(**answer);
      } else if constexpr (!std::is_void_v<typename Answer::value_type>) {
        unit.answer(*answer);
      }
      return {};
    });
    if (!done) return Answer(fail(std::move(done.error())));
    return *std::move(answer);
  }

 private:
  virtual void run_read(const Context& context,
                        const std::function<void(Reading&, UnitOfWork&)>& body) = 0;
  virtual Result<void> run_write(
      const Context& context, const std::function<Result<void>(Writing&, UnitOfWork&)>& body) = 0;
};

}  // namespace banyan
