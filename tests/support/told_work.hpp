// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <string_view>
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
  void hindered(std::string_view /*worker*/) noexcept override {
    const std::lock_guard lock(mutex_);
    ++hindrances_;
  }
  std::vector<Work> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// How often one of its workers was kept from its work.
  std::size_t hindrances() const {
    const std::lock_guard lock(mutex_);
    return hindrances_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Work> told_;
  std::size_t hindrances_ = 0;
};

}  // namespace banyan::test
