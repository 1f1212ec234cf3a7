// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace banyan::strangler {

/// Reads that were not copied because they say who asks, and the fields in which they did: by the
/// rules that are in force, so that other rules begin with one that is empty. Safe for concurrent
/// use; a request never waits for it.
class HeldBack {
 public:
  /// `field`: as it was spelled.
  void add(std::string_view field);

  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }
  /// In lower case, the first ones.
  std::set<std::string> fields() const;

 private:
  static constexpr std::size_t kMost = 8;
  static constexpr std::size_t kLongest = 64;

  std::atomic<std::uint64_t> requests_{0};
  mutable std::mutex mutex_;
  std::set<std::string> fields_;
};

}  // namespace banyan::strangler
