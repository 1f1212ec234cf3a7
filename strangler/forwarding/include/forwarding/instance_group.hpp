// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forwarding/health_window.hpp"
#include "http/endpoint.hpp"
#include "kernel/clock.hpp"

namespace banyan::strangler {

/// Which of the instances that are well comes next.
enum class Balance : std::uint8_t {
  RoundRobin,   ///< each in turn
  LeastLoaded,  ///< the one with the fewest requests under way, in turn among equals
};

struct GroupRules {
  HealthRules health{};
  Balance balance = Balance::RoundRobin;
  std::uint32_t max_requests = UINT32_MAX;  ///< under way at one instance at a time
};

/// What an instance says when it is asked how it is.
enum class CheckState : std::uint8_t { None, Passing, Failing };
std::string_view to_string(CheckState state);

/// The instances of one and the same service, and which of them is next. One that is ill (by what
/// became of its requests, or by its health check) is passed over; when all are, all are used
/// ("panic"), because a wrong suspicion must not become an outage. One that has as many requests
/// under way as it may is passed over too, and when no other is left the request is refused at
/// once: waiting would only pile up what nobody waits for any more. Which *group* a user belongs
/// to is decided elsewhere and never by health. Safe for concurrent use, without a lock.
class InstanceGroup {
 public:
  InstanceGroup(std::string name, std::vector<http::Endpoint> instances, GroupRules rules = {},
                const Clock& clock = system_clock());

  const std::string& name() const noexcept { return name_; }
  std::size_t size() const noexcept { return instances_.size(); }

  /// The next instance; not `avoid` when there is another. Nothing when all that could be asked are
  /// full. Tell what came of it by succeeded(), failed() or forgo(), and its end by release(), each
  /// once.
  std::optional<std::size_t> pick(std::optional<std::size_t> avoid = std::nullopt);
  const http::Endpoint& endpoint(std::size_t instance) const;

  void succeeded(std::size_t instance);
  void failed(std::size_t instance);
  /// The request said nothing about the instance: the client went away.
  void forgo(std::size_t instance);
  /// The request is over, its answer sent or given up.
  void release(std::size_t instance);

  /// What the health check found. One that passes again is well whatever its requests said.
  void checked(std::size_t instance, CheckState state);

  struct Status {
    http::Endpoint endpoint;
    InstanceState state = InstanceState::Healthy;  ///< Ill also while its check fails
    CheckState check = CheckState::None;
    HealthWindow::Counts last_seconds;
    std::uint64_t requests = 0;  ///< since the start
    std::uint64_t failures = 0;
    std::uint32_t in_flight = 0;
  };
  std::vector<Status> status() const;
  /// Whether at least one instance is not ill.
  bool healthy() const;
  /// How many requests were refused because all were full, since the start.
  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kCacheLine = 64;

  struct alignas(kCacheLine) Instance {
    Instance(http::Endpoint at, HealthRules rules) : endpoint(std::move(at)), window(rules) {}
    InstanceState state(SteadyTime now) const;
    bool well(SteadyTime now) const;

    http::Endpoint endpoint;
    HealthWindow window;
    std::atomic<CheckState> check{CheckState::None};
    std::atomic<std::uint32_t> in_flight{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> failures{0};
  };

  struct Search {
    std::size_t first = 0;
    std::optional<std::size_t> avoid;
    SteadyTime now;
    bool panic = false;
  };
  std::optional<std::size_t> choose(const Search& search, bool& any);
  bool seat(Instance& instance);

  std::string name_;
  GroupRules rules_;
  const Clock* clock_;
  std::deque<Instance> instances_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> refused_{0};
};

/// A request's place at an instance, free again when this is gone. The group must outlive it.
class Seat {
 public:
  Seat() = default;
  Seat(InstanceGroup& group, std::size_t instance) : group_(&group), instance_(instance) {}
  ~Seat() { leave(); }
  Seat(Seat&& other) noexcept
      : group_(std::exchange(other.group_, nullptr)), instance_(other.instance_) {}
  Seat& operator=(Seat&& other) noexcept {
    if (this == &other) return *this;
    leave();
    group_ = std::exchange(other.group_, nullptr);
    instance_ = other.instance_;
    return *this;
  }

  void leave() {
    if (group_ != nullptr) std::exchange(group_, nullptr)->release(instance_);
  }

 private:
  InstanceGroup* group_ = nullptr;
  std::size_t instance_ = 0;
};

}  // namespace banyan::strangler
