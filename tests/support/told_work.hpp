// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "banyan/kernel/work.hpp"

namespace banyan::test {

/// Remembers what it was told that a module has done by itself.
class ToldWork final : public WorkObserver {
 public:
  void worked(const Work& work) noexcept override {
    const std::lock_guard lock(mutex_);
    told_.push_back(work);
  }
  std::vector<Work> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Work> told_;
};

}  // namespace banyan::test
