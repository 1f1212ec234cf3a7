// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/contained.hpp"

#include <utility>

namespace banyan::telemetry {
namespace {

class ContainedScheduler final : public Scheduler {
 public:
  ContainedScheduler(std::unique_ptr<Scheduler> scheduler, OnFault on_fault)
      : scheduler_(std::move(scheduler)), on_fault_(std::move(on_fault)) {}

  std::unique_ptr<Handle> every(std::chrono::milliseconds interval,
                                std::move_only_function<void()> task) override {
    return scheduler_->every(interval, [task = std::move(task), on_fault = on_fault_]() mutable {
      contain([&] { task(); }, on_fault);
    });
  }

 private:
  std::unique_ptr<Scheduler> scheduler_;
  OnFault on_fault_;
};

}  // namespace

std::unique_ptr<Scheduler> contained(std::unique_ptr<Scheduler> scheduler, OnFault on_fault) {
  return std::make_unique<ContainedScheduler>(std::move(scheduler), std::move(on_fault));
}

void tell_fault(const OnFault& on_fault, std::string_view what) noexcept {
  try {
    if (on_fault) on_fault(what);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

}  // namespace banyan::telemetry
