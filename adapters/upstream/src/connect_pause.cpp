// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/connect_pause.hpp"

#include <algorithm>

namespace banyan::upstream {
namespace {

constexpr unsigned kPausesBits = 8;
constexpr std::uint64_t kPausesMask = (1U << kPausesBits) - 1;
/// By then they are as long as they get.
constexpr unsigned kMostPauses = 16;

std::uint64_t millis_of(SteadyTime time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

std::uint64_t end_of(std::uint64_t word) { return word >> kPausesBits; }

std::uint8_t pauses_of(std::uint64_t word) { return static_cast<std::uint8_t>(word & kPausesMask); }

/// The pause of that number, the first being 1, from now on.
std::uint64_t pause_from(SteadyTime now, std::uint8_t number) {
  const auto length = std::min<std::chrono::milliseconds>(
      ConnectPause::kFirst * (1L << (number - 1U)), ConnectPause::kLongest);
  return (millis_of(now) + static_cast<std::uint64_t>(length.count())) << kPausesBits | number;
}

}  // namespace

std::chrono::milliseconds ConnectPause::left(SteadyTime now) const {
  const std::uint64_t end = end_of(word_.load(std::memory_order_relaxed));
  const std::uint64_t is = millis_of(now);
  return std::chrono::milliseconds(is < end ? end - is : 0);
}

std::optional<ConnectPause::Attempt> ConnectPause::admit(SteadyTime now) {
  std::uint64_t word = word_.load(std::memory_order_relaxed);
  if (word == 0) return Attempt{};
  if (millis_of(now) < end_of(word)) return std::nullopt;
  // Who moves the end on is the one; for the others the pause goes on until it has come back.
  const Attempt attempt{pauses_of(word)};
  if (!word_.compare_exchange_strong(word, pause_from(now, attempt.pauses),
                                     std::memory_order_relaxed)) {
    return std::nullopt;
  }
  return attempt;
}

void ConnectPause::failed(Attempt attempt, SteadyTime now) {
  std::uint64_t word = word_.load(std::memory_order_relaxed);
  // It was sent before the last pause began, or ended: what it knows is known.
  if (pauses_of(word) != attempt.pauses) return;
  const auto next = static_cast<std::uint8_t>(std::min<unsigned>(attempt.pauses + 1U, kMostPauses));
  word_.compare_exchange_strong(word, pause_from(now, next), std::memory_order_relaxed);
}

}  // namespace banyan::upstream
