// SPDX-License-Identifier: Apache-2.0
#include "kept_traces.hpp"

#include <algorithm>
#include <utility>

namespace banyan::tracing {
namespace {

// A client that makes up operations must not be able to fill the memory.
constexpr std::string_view kOthers = "(other operations)";

}  // namespace

std::string_view to_string(Kept reason) {
  switch (reason) {
    case Kept::Failed: return "failed";
    case Kept::Slow: return "slow";
    case Kept::Recovered: return "recovered";
  }
  return "";
}

std::uint64_t FinishedTrace::unix_nanos(SteadyTime at) const {
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(at - steady).count();
  return static_cast<std::uint64_t>(wall.micros * 1'000 + since);
}

void KeptTraces::add(Kept reason, std::shared_ptr<const FinishedTrace> trace) {
  std::vector<Trace> gone;  // after the lock
  const std::lock_guard lock(mutex_);
  auto found = shelves_.find(trace->root().name());
  if (found == shelves_.end()) {
    const bool room = shelves_.size() < most_operations_;
    found = shelves_.try_emplace(std::string(room ? trace->root().name() : kOthers)).first;
  }
  auto& shelf = found->second.at(static_cast<std::size_t>(reason));
  spans_ += trace->spans.size();
  shelf.push_front({++came_, std::move(trace)});
  if (shelf.size() > each_) gone.push_back(take_last(shelf));
  while (spans_ > most_spans_) gone.push_back(take_oldest());
}

KeptTraces::Trace KeptTraces::take_last(std::deque<Place>& places) {
  Trace last = std::move(places.back().trace);
  places.pop_back();
  spans_ -= last->spans.size();
  return last;
}

KeptTraces::Trace KeptTraces::take_oldest() {
  auto holder = shelves_.end();
  std::deque<Place>* oldest = nullptr;
  for (auto each = shelves_.begin(); each != shelves_.end(); ++each) {
    for (auto& places : each->second) {
      if (places.empty()) continue;
      if (oldest != nullptr && oldest->back().number < places.back().number) continue;
      holder = each;
      oldest = &places;
    }
  }
  Trace trace = take_last(*oldest);
  // An operation of which nothing is left makes room for another one.
  const auto empty = [](const auto& places) { return places.empty(); };
  if (std::ranges::all_of(holder->second, empty)) shelves_.erase(holder);
  return trace;
}

std::vector<Recorder::KeptTrace> KeptTraces::all() const {
  std::vector<Recorder::KeptTrace> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [operation, shelf] : shelves_) {
    for (std::size_t reason = 0; reason < shelf.size(); ++reason) {
      for (const Place& place : shelf.at(reason)) {
        all.push_back({operation, static_cast<Kept>(reason), place.trace});
      }
    }
  }
  return all;
}

}  // namespace banyan::tracing
