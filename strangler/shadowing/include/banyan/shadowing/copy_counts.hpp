// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "banyan/forwarding/copy_order.hpp"
#include "banyan/kernel/clock.hpp"

namespace banyan::strangler {

/// Why a read that was to be copied was not, or why what came of it was not compared. Nobody is to
/// blame: the client never notices, and what is left out is counted here.
enum class CopyDropped : std::uint8_t {
  Credentials,  ///< it says who asks, and the rollout's configuration does not let that go along
  RequestTooLarge,  ///< `max_request`
  AnswerTooLarge,   ///< `max_answer`
  Memory,           ///< `memory`
  AtOnce,           ///< `at_once`
  Budget,           ///< what may be asked of the old side on top of what clients ask
  Busy,             ///< the loop of its client is late: the clients need what time there is
  Unwell,           ///< no instance of the other side is well, or its breaker is not closed
  Paused,           ///< nobody takes connections at the other side: tried again after a pause
  Full,             ///< the other side has as many requests under way as it may, or no sockets
  NoAnswer,         ///< the real request has no answer that could be compared with
  NotModified,      ///< the real answer was 304: there is nothing in it to compare
  Stream,           ///< an answer is a stream, or a switch of protocols
  Coding,           ///< an answer has a content coding that cannot be undone here
  Refused,          ///< the side does not take the secret that its copies have of their own
  Queue,            ///< as many pairs as may wait for their comparison do
  Late,  ///< its time was over before this process, which answers it itself, got round to it
  ComparisonFault,  ///< the comparison has thrown: a fault of this process
};
inline constexpr std::size_t kCopyDropped = 18;
std::string_view to_string(CopyDropped reason);

/// What became of the copies of one rollout, since the process began. Safe for concurrent use.
class CopyCounts {
 public:
  /// `clock` must outlive it.
  explicit CopyCounts(const Clock& clock) : clock_(clock) {}

  void sent(bool to_old_again) { add(to_old_again ? sent_again_ : sent_); }
  void compared() { add(compared_); }
  void failed(CopyFailure::Kind kind) { add(failed_[static_cast<std::size_t>(kind)]); }
  void dropped(CopyDropped reason);

  static constexpr std::size_t kFailures = static_cast<std::size_t>(CopyFailure::Kind::Fault) + 1;
  struct Reading {
    std::uint64_t sent = 0;                             ///< to the other side
    std::uint64_t sent_again = 0;                       ///< to the old side that had answered
    std::uint64_t compared = 0;                         ///< pairs of answers
    std::array<std::uint64_t, kFailures> failed{};      ///< by CopyFailure::Kind
    std::array<std::uint64_t, kCopyDropped> dropped{};  ///< by CopyDropped
    /// Those that have happened in the last minute: for advice, which is about now.
    std::array<bool, kCopyDropped> dropped_lately{};

    std::uint64_t all_failed() const;
    std::uint64_t all_dropped() const;
  };
  Reading read() const;

 private:
  using Counter = std::atomic<std::uint64_t>;
  static void add(Counter& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

  const Clock& clock_;
  Counter sent_{0};
  Counter sent_again_{0};
  Counter compared_{0};
  std::array<Counter, kFailures> failed_{};
  std::array<Counter, kCopyDropped> dropped_{};
  /// When the last one was, by the steady clock; 0 is never.
  std::array<std::atomic<SteadyTime::rep>, kCopyDropped> dropped_at_{};
};

}  // namespace banyan::strangler
