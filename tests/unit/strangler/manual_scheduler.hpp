// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "banyan/kernel/executor.hpp"

namespace banyan::test {

/// Runs its tasks when the test says that the interval is over.
class ManualScheduler final : public Scheduler {
 public:
  std::unique_ptr<Handle> every(std::chrono::milliseconds interval,
                                std::move_only_function<void()> task) override {
    last_interval = interval;
    auto handle = std::make_unique<ManualHandle>(*this, std::move(task));
    handles_.push_back(handle.get());
    return handle;
  }

  void tick() {
    for (ManualHandle* handle : handles_) handle->wake();
  }

  std::chrono::milliseconds last_interval{};

 private:
  class ManualHandle final : public Handle {
   public:
    ManualHandle(ManualScheduler& owner, std::move_only_function<void()> task)
        : owner_(owner), task_(std::move(task)) {}
    ~ManualHandle() override { std::erase(owner_.handles_, this); }
    void wake() override { task_(); }

   private:
    ManualScheduler& owner_;
    std::move_only_function<void()> task_;
  };
  std::vector<ManualHandle*> handles_;
};

}  // namespace banyan::test
