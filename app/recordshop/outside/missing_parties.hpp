// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "banyan/host/parties.hpp"
#include "banyan/kernel/clock.hpp"

namespace recordshop {

/// Parties that have something of ours from another time (money, a parcel), and that this process
/// does not reach: its options name others. Whatever waits for one asks for it again within
/// minutes, so who was not missed for an hour is not any more: another process has finished it, or
/// its saga is stuck, which is told for itself. Safe for concurrent use.
class MissingParties {
 public:
  static constexpr std::chrono::hours kRemembered{1};

  /// The clock must outlive it.
  explicit MissingParties(const banyan::Clock& clock) : clock_(clock) {}

  void miss(std::string_view name) {
    const std::lock_guard lock(mutex_);
    missed_.insert_or_assign(std::string(name), clock_.steady());
  }
  /// "a, b"; "" when nobody is missed.
  std::string list() const {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady();
    std::string all;
    for (const auto& [name, at] : missed_) {
      if (now - at <= kRemembered) all += (all.empty() ? "" : ", ") + name;
    }
    return all;
  }

 private:
  const banyan::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, banyan::SteadyTime, std::less<>> missed_;
};

/// What the health of a process says of the parties that it misses:
/// "`things` are with A, B, which this process does not reach: `remedy`".
struct MissingPartiesHealth {
  std::string_view name;  ///< the finding's own: "other carriers"
  std::string_view things;
  std::string_view remedy;
};

/// Those of this process, nobody yet; its health, where it has one, names them from now on, and
/// stays ready. The words must outlive the health.
std::shared_ptr<MissingParties> missing_parties(const banyan::host::OwnParts& own,
                                                const MissingPartiesHealth& words);

}  // namespace recordshop
