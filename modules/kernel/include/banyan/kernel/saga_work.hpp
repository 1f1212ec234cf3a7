// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/kernel/saga.hpp"
#include "banyan/kernel/work.hpp"

/// What the driving of sagas in the background tells of itself, as a worker of their module (see
/// kernel/work.hpp).
namespace banyan {

inline constexpr std::string_view kSagaWorker = "sagas";

/// Tells at its end that the background was hindered, unless somebody has said that it got through:
/// what leaves with an exception is so, too.
class SagaHindrance {
 public:
  /// Null: nobody is told.
  explicit SagaHindrance(WorkObserver* told) : told_(told) {}
  ~SagaHindrance() {
    if (told_ != nullptr) told_->hindered(kSagaWorker);
  }
  SagaHindrance(const SagaHindrance&) = delete;
  SagaHindrance& operator=(const SagaHindrance&) = delete;
  void is_none() { told_ = nullptr; }

 private:
  WorkObserver* told_;
};

/// One taking up of a saga that was due. It is a unit of work when it is the first attempt at what
/// the saga needs next: nobody has failed in it, and nobody who had it is gone.
class SagaTurn {
 public:
  /// `saga` before it was taken; `lag` from when it was due until then, where that is known.
  SagaTurn(const SagaRecord& saga, std::optional<std::chrono::microseconds> lag);

  /// It came to nothing. Null: nobody is told.
  void failed(WorkObserver* told) const { tell(told, true); }
  /// It got on, to where the saga is now. To ask once more whether something has happened
  /// elsewhere, and to hear that it has not, is no work.
  void got_on(WorkObserver* told, const SagaRecord& now) const;

 private:
  void tell(WorkObserver* told, bool failed) const;

  bool first_;
  /// The step that it waits in, if somebody has asked before.
  std::optional<std::int64_t> awaited_;
  std::optional<std::chrono::microseconds> lag_;
};

}  // namespace banyan
