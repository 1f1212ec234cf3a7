// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/window.hpp"

#include <algorithm>

namespace banyan::strangler {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr std::uint32_t kBuckets = 10'000;

std::uint64_t less(std::uint64_t now, std::uint64_t before) { return now - std::min(now, before); }

}  // namespace

Group group_of(std::uint32_t bucket, Percent share) {
  if (bucket < share.hundredths()) return Group::New;
  const std::uint32_t from = std::max(kBuckets - share.hundredths(), share.hundredths());
  return bucket >= std::min(from, kBuckets) || share.hundredths() * 2 >= kBuckets ? Group::Control
                                                                                  : Group::Old;
}

void Window::add(Ending ending, std::chrono::microseconds took) {
  ++requests;
  errors += ending == Ending::Failed ? 1 : 0;
  timeouts += ending == Ending::TimedOut ? 1 : 0;
  fallbacks += ending == Ending::FellBack ? 1 : 0;
  latency.add(took);
}

Window& Window::operator+=(const Window& more) {
  requests += more.requests;
  errors += more.errors;
  timeouts += more.timeouts;
  fallbacks += more.fallbacks;
  compared += more.compared;
  differences += more.differences;
  latency += more.latency;
  return *this;
}

Window Window::since(const Window& before) const {
  Window fresh;
  fresh.requests = less(requests, before.requests);
  fresh.errors = less(errors, before.errors);
  fresh.timeouts = less(timeouts, before.timeouts);
  fresh.fallbacks = less(fallbacks, before.fallbacks);
  fresh.compared = less(compared, before.compared);
  fresh.differences = less(differences, before.differences);
  fresh.latency = latency.since(before.latency);
  return fresh;
}

Window Window::of_consumer(std::uint64_t handled, std::uint64_t failed,
                           const statistics::LatencyHistogram& lag) {
  Window window;
  window.requests = handled + failed;
  window.errors = failed;
  window.latency = lag;
  return window;
}

void SideCounters::record(Ending ending, std::chrono::microseconds took) {
  latency_[statistics::LatencyBuckets::of(took)].fetch_add(1, kRelaxed);
  record(ending);
}

void SideCounters::record(Ending ending) {
  endings_[static_cast<std::size_t>(ending)].fetch_add(1, kRelaxed);
}

void SideCounters::record_comparison(bool differs) {
  if (differs) differences_.fetch_add(1, kRelaxed);
  compared_.fetch_add(1, kRelaxed);
}

// Requests are the sum of the endings: no reading has more failures than requests.
Window SideCounters::read() const {
  Window window;
  const auto ended = [&](Ending ending) {
    return endings_[static_cast<std::size_t>(ending)].load(kRelaxed);
  };
  window.errors = ended(Ending::Failed);
  window.timeouts = ended(Ending::TimedOut);
  window.fallbacks = ended(Ending::FellBack);
  window.requests = ended(Ending::Good) + window.failures();
  window.differences = differences_.load(kRelaxed);
  window.compared = std::max(compared_.load(kRelaxed), window.differences);
  for (std::size_t i = 0; i < latency_.size(); ++i) {
    window.latency.add_to(i, latency_[i].load(kRelaxed));
  }
  return window;
}

}  // namespace banyan::strangler
