// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace recordshop {

/// Parties that have something of ours from another time (money, a parcel), and that this process
/// does not reach: its options name others. Only a start with other options changes that. Safe for
/// concurrent use.
class MissingParties {
 public:
  void miss(std::string_view name) {
    const std::lock_guard lock(mutex_);
    names_.emplace(name);
  }
  /// "a, b"; "" when nobody is missed.
  std::string list() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const std::string& name : names_) all += (all.empty() ? "" : ", ") + name;
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace recordshop
