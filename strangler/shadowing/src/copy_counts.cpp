// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/copy_counts.hpp"

#include <chrono>
#include <numeric>

namespace banyan::strangler {

namespace {

constexpr std::chrono::minutes kLately{1};

}  // namespace

std::string_view to_string(CopyDropped reason) {
  switch (reason) {
    case CopyDropped::Credentials: return "credentials";
    case CopyDropped::RequestTooLarge: return "request_too_large";
    case CopyDropped::AnswerTooLarge: return "answer_too_large";
    case CopyDropped::Memory: return "memory";
    case CopyDropped::AtOnce: return "at_once";
    case CopyDropped::Budget: return "budget";
    case CopyDropped::Busy: return "busy";
    case CopyDropped::Unwell: return "upstream_unwell";
    case CopyDropped::Paused: return "upstream_paused";
    case CopyDropped::Full: return "upstream_full";
    case CopyDropped::NoAnswer: return "no_answer";
    case CopyDropped::NotModified: return "not_modified";
    case CopyDropped::Stream: return "stream";
    case CopyDropped::Coding: return "content_coding";
    case CopyDropped::Refused: return "refused";
    case CopyDropped::Queue: return "queue";
    case CopyDropped::Late: return "late";
    case CopyDropped::ComparisonFault: return "comparison_fault";
  }
  return "queue";
}

std::uint64_t CopyCounts::Reading::all_failed() const {
  return std::accumulate(failed.begin(), failed.end(), std::uint64_t{0});
}

std::uint64_t CopyCounts::Reading::all_dropped() const {
  return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
}

void CopyCounts::dropped(CopyDropped reason) {
  const auto which = static_cast<std::size_t>(reason);
  add(dropped_[which]);
  dropped_at_[which].store(clock_.steady().time_since_epoch().count(), std::memory_order_relaxed);
}

CopyCounts::Reading CopyCounts::read() const {
  const auto of = [](const Counter& counter) { return counter.load(std::memory_order_relaxed); };
  Reading reading{.sent = of(sent_), .sent_again = of(sent_again_), .compared = of(compared_)};
  for (std::size_t i = 0; i < failed_.size(); ++i) reading.failed[i] = of(failed_[i]);
  for (std::size_t i = 0; i < dropped_.size(); ++i) {
    reading.dropped[i] = of(dropped_[i]);
    const SteadyTime last{SteadyTime::duration(dropped_at_[i].load(std::memory_order_relaxed))};
    reading.dropped_lately[i] = reading.dropped[i] > 0 && clock_.steady() - last < kLately;
  }
  return reading;
}

}  // namespace banyan::strangler
