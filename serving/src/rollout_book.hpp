// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/shadowing/rollout_shadow.hpp"
#include "banyan/upstream/retry_budget.hpp"

namespace banyan::serving {

/// Why the old side was not asked in place of a new one that had failed.
enum class NoFallback : std::uint8_t {
  Data,     ///< the new side has the writes: the old one's data is no longer good
  Unsafe,   ///< a write that may have been carried out
  Budget,   ///< as much is asked on top of what clients ask as may be
  Started,  ///< the request's body has not come to its end, or is not kept
};
std::string_view to_string(NoFallback reason);

/// Why a request did not go to the side that a tester wanted.
enum class NotForced : std::uint8_t {
  Proof,   ///< the header came without what makes it count
  Word,    ///< it says neither "new" nor "old", or is there twice
  Stage,   ///< a read, and the matrix forbids one beside the others
  Writes,  ///< a write, and the writes are on the other side
};
std::string_view to_string(NotForced reason);

/// What is known of one rollout over all generations of the routes. Safe for concurrent use.
struct RolloutFigures {
  RolloutFigures(std::string_view name, const Clock& clock)
      : shadow(std::string(name), clock), extra({}, clock) {}

  strangler::RolloutShadow shadow;
  /// What is asked of an old side in this process on top of what clients ask; one that is an
  /// upstream has the budget of its retries for that.
  upstream::RetryBudget extra;
  std::array<std::atomic<std::uint64_t>, 2> fallbacks{};     ///< by Effect
  std::array<std::atomic<std::uint64_t>, 4> no_fallbacks{};  ///< by NoFallback
  std::array<std::atomic<std::uint64_t>, 2> forced{};        ///< by Side
  std::array<std::atomic<std::uint64_t>, 4> not_forced{};    ///< by NotForced
  std::atomic<std::uint64_t> new_side_writes{};  ///< requests that write, and went there
};

/// One more of what the index is for.
template <std::size_t Size, class Index>
void count(std::array<std::atomic<std::uint64_t>, Size>& counters, Index index) {
  counters[static_cast<std::size_t>(index)].fetch_add(1, std::memory_order_relaxed);
}

/// Those of all rollouts. Safe for concurrent use.
class RolloutBook {
 public:
  /// `clock` must outlive the book.
  explicit RolloutBook(const Clock& clock) : clock_(clock) {}

  std::shared_ptr<RolloutFigures> of(std::string_view rollout);
  /// By name.
  std::vector<std::shared_ptr<RolloutFigures>> all() const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<RolloutFigures>, std::less<>> rollouts_;
};

}  // namespace banyan::serving
