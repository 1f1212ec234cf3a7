// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <future>
#include <memory>
#include <utility>

#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/port.hpp"

namespace banyan {

/// A call that is under way on another thread.
template <class T>
class Pending {
 public:
  Pending(std::future<Result<T>> future, SteadyTime deadline)
      : future_(std::move(future)), deadline_(deadline) {}

  /// Waits for the answer, at the longest until the deadline of the call. Once.
  Result<T> get() {
    if (future_.wait_until(deadline_) != std::future_status::ready) {
      return fail(ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded",
                  "no answer before the deadline of the call");
    }
    return future_.get();
  }

 private:
  std::future<Result<T>> future_;
  SteadyTime deadline_;
};

/// Starts a call and goes on: start several under one context, then collect their answers, so
/// that the whole takes as long as the slowest and some may fail while others answer. The port and
/// the executor must outlive the call, also when nobody waits for it. A full executor is an
/// answer too: Unavailable "banyan.too_busy". Refused while a unit of work is open on this thread,
/// as every port call is, though the call itself would run on another. An exception that leaves the
/// port comes out of get().
template <class P, class Op>
Pending<typename Op::Response> start(Executor& executor, P& port, Op operation, Context context,
                                     const Clock& clock) {
  using Answer = Result<typename Op::Response>;
  auto promise = std::make_shared<std::promise<Answer>>();
  Pending<typename Op::Response> pending(promise->get_future(), context.deadline);
  if (auto refusal = refuse_call(P::port, Op::operation, context, clock)) {
    promise->set_value(fail(std::move(*refusal)));
    return pending;
  }
  const bool taken = executor.submit(
      [promise, &port, operation = std::move(operation), context = std::move(context)] {
        try {
          promise->set_value(port.handle(operation, context));
        } catch (...) {
          promise->set_exception(std::current_exception());
        }
      });
  if (!taken) {
    promise->set_value(fail(ErrorCode::Unavailable, "banyan.too_busy",
                            "all workers are busy and their queue is full; try again later"));
  }
  return pending;
}

}  // namespace banyan
