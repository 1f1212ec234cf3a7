// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/statistics/exact_test.hpp"

namespace banyan::strangler {

/// Failures of the new side that have become a burst.
struct Trip {
  std::string operation;
  statistics::Tally failed{};  ///< of its last requests

  std::string text() const {
    std::string words =
        operation + ": the new side fails again and again, which is no chance any more";
    if (failed.of == 0) return words;
    return words + ": " + std::to_string(failed.hits) + " of the last " + std::to_string(failed.of);
  }
};

/// Which operations have tripped, from the requests that have found it to the round that acts on
/// it. Safe for concurrent use.
class TrippedOperations {
 public:
  using Names = std::vector<std::pair<std::string, std::string>>;  ///< rollout and operation

  void add(std::string_view rollout, std::string_view operation) {
    const std::lock_guard lock(mutex_);
    names_.emplace_back(rollout, operation);
  }
  Names take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(names_, {});
  }

 private:
  std::mutex mutex_;
  Names names_;
};

}  // namespace banyan::strangler
