// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/comparison/rules.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/shadowing/copy_counts.hpp"
#include "banyan/shadowing/copy_sampler.hpp"
#include "banyan/shadowing/findings.hpp"
#include "banyan/shadowing/room.hpp"
#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

/// Whether reads are copied at this stage. `declared`: the file says how, which it has to where the
/// new side answers users already. With the writes on the new side the old one's data is not the
/// same any more, and nothing is compared.
bool copies_at(const Traffic& traffic, bool declared);

/// All that there is about the copies of one rollout, whatever is read again meanwhile. Safe for
/// concurrent use; what is asked for each request takes no lock.
class RolloutShadow {
 public:
  /// `clock` must outlive it.
  RolloutShadow(std::string name, const Clock& clock) : counts(clock), name_(std::move(name)) {}

  const std::string& name() const { return name_; }

  /// copies_at() by what was found out at the same revision of the table, else by `traffic()`.
  template <class TrafficNow>
  bool is_on(std::uint64_t revision, bool declared, const TrafficNow& traffic) {
    const std::uint64_t stamp = revision << 2 | (declared ? 2U : 0U);
    const std::uint64_t known = mode_.load(std::memory_order_relaxed);
    if (known >> 1 == stamp >> 1) return (known & 1U) != 0;
    const bool on = copies_at(traffic(), declared);
    mode_.store(stamp | (on ? 1U : 0U), std::memory_order_relaxed);
    return on;
  }

  /// Lives as long as this.
  CopySampler& sampler(std::string_view operation);
  /// Those of before where the declaration is the same.
  std::shared_ptr<Findings> findings(const ComparisonPlan& plan, bool clear);
  /// Those in force; null when nobody has asked for any.
  std::shared_ptr<Findings> findings() const;

  CopyCounts counts;
  Room memory;     ///< bytes
  Room under_way;  ///< copies

 private:
  const std::string name_;
  std::atomic<std::uint64_t> mode_{UINT64_MAX};
  mutable std::mutex mutex_;
  std::map<std::string, CopySampler, std::less<>> samplers_;
  std::shared_ptr<Findings> findings_;
};

}  // namespace banyan::strangler
