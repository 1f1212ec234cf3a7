// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/upstream.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/upstream/circuit_breaker.hpp"
#include "banyan/upstream/connect_pause.hpp"
#include "banyan/upstream/health_window.hpp"
#include "banyan/upstream/retry_budget.hpp"
#include "banyan/upstream/upload_places.hpp"

namespace banyan::upstream {

/// Which of the healthy instances comes next.
enum class Balance : std::uint8_t {
  RoundRobin,   ///< each in turn
  LeastLoaded,  ///< the one with the fewest requests under way, in turn among equals
};

struct GroupRules {
  HealthRules health{};
  Balance balance = Balance::RoundRobin;
  std::uint32_t max_requests = UINT32_MAX;  ///< under way at one instance at a time (bulkhead)
  std::optional<BreakerRules> breaker{};    ///< none: always asked
  RetryRules retries{};

  /// How many of them may be uploads that are not whole yet: half. Their clients say how long they
  /// last, and must not take the places of those who wait for the instance only. How clients share
  /// them: see UploadPlaces.
  std::uint32_t max_uploads() const { return max_requests - max_requests / 2; }
};

/// An instance is taken for healthy, or no longer.
struct HealthChange {
  const std::string& group;
  const http::Endpoint& instance;
  bool passing = false;
  std::string why;  ///< what was found
};
/// Must not wait, nor throw.
using OnHealthChange = std::function<void(const HealthChange&)>;

/// All there is to say about a dependency. The same for requests that are forwarded and for calls.
struct GroupOptions {
  std::string name;
  std::vector<http::Endpoint> instances;  ///< at least one
  GroupRules rules{};
  http::UpstreamOptions connections{};
  /// Told when requests have ejected an instance, and when one has been answered again; on the
  /// thread that has seen it. What health checks find, they tell.
  OnHealthChange changed{};
};

/// What an instance says when it is asked how it is.
enum class CheckState : std::uint8_t { None, Passing, Failing };
std::string_view to_string(CheckState state);

/// A dependency: the instances of one and the same service, which of them is next, the connections
/// to them, its breaker and its budget for retries.
///
/// An instance that is ejected (by what became of its requests, or by its health check) is passed
/// over; when all are, all are used ("panic"), because a wrong suspicion must not become an outage.
/// One that has as many requests under way as it may is passed over too, and when no other is left
/// the request is refused at once: waiting would only pile up what nobody waits for any more. Which
/// *group* a user belongs to is decided elsewhere and never by health.
///
/// Whoever asks takes an Attempts, which tells the group what came of it; who can do without an
/// answer, and is not to say anything about it, takes a place to spare. Safe for concurrent use,
/// without a lock but the breaker's.
class Group {
 public:
  /// `before`: the group that this one follows, as after a reload, or null. What both have in
  /// common lives on: an instance with its health and counters (under the same rules of health),
  /// the connections (with the same options), breaker and budget (under the same rules). `clock`
  /// must outlive the group. Throws std::invalid_argument without an instance.
  Group(GroupOptions options, const Clock& clock, const Group* before = nullptr);

  const std::string& name() const noexcept { return options_.name; }
  std::size_t size() const noexcept { return instances_.size(); }
  const http::Endpoint& endpoint(std::size_t instance) const;
  /// The connections to the instances.
  http::Upstreams& connections() const noexcept { return *connections_; }
  const GroupOptions& options() const noexcept { return options_; }

  enum class Body : std::uint8_t {
    None,   ///< or all of it is there
    Comes,  ///< the client still sends it: uploaded() when it is through
  };
  /// The next instance; none of `avoid`, unless that are all. Nothing when all that could be asked
  /// are full, of requests or (for one whose body comes, from `client`, see UploadPlaces) of
  /// uploads. Tell what came of it by succeeded(), failed() or forgo(), and its end by release(),
  /// each once.
  std::optional<std::size_t> pick(std::span<const std::size_t> avoid = {}, Body body = Body::None,
                                  std::string_view client = {});
  void succeeded(std::size_t instance);
  void failed(std::size_t instance);
  /// The request said nothing about the instance: the client went away.
  void forgo(std::size_t instance);
  /// The body of a request that was picked for as one that comes from `client` is through, or given
  /// up.
  void uploaded(std::size_t instance, std::string_view client = {});
  /// The request is over, its answer sent or given up.
  void release(std::size_t instance);

  /// Why there is no place to spare.
  enum class NoSpare : std::uint8_t {
    Unwell,  ///< no instance is well, or the breaker is not closed
    Paused,  ///< where one is, nobody has taken connections lately: see ConnectPause
    Full,    ///< those that could be asked have as many requests under way as they may
  };
  struct Spare {
    std::size_t instance = 0;
    ConnectPause::Attempt attempt;
  };
  /// An instance for somebody who can do without, such as a copy: one that is well, not on trial,
  /// and has a place to spare. What comes of it says nothing about the instance to real requests.
  /// Tell whether somebody was reached() there, if that is known, and its end by release().
  std::expected<Spare, NoSpare> pick_spare();
  void reached(const Spare& spare);
  /// No connection was made.
  void not_reached(const Spare& spare);
  /// What pick_spare() would say now for want of an instance, for who has something to prepare;
  /// nothing: it may find one. Looks at nothing that has a lock, so not at the breaker.
  std::optional<NoSpare> nobody_to_spare() const;

  /// Null when there is none.
  CircuitBreaker* breaker() const noexcept { return breaker_.get(); }
  /// May a request that may have arrived be sent once more? Whatever else is asked on top of what
  /// clients ask (in place of another side that failed, or for a comparison) comes out of the same
  /// budget; `part` as in RetryBudget::take().
  bool take_retry(double part = 1);
  /// A request that was not sent goes to another instance.
  void rerouted();

  /// Asks for the right to say how an instance is; whoever had it before loses it.
  std::uint64_t take_over_checks(std::size_t instance);
  bool checks(std::size_t instance, std::uint64_t right) const;
  /// What the health check found. An instance that passes again is healthy, whatever became of its
  /// requests. Ignored without the right.
  void checked(std::size_t instance, std::uint64_t right, CheckState state);
  /// Nobody checks any more: what the last check said counts no longer.
  void forget_checks();

  struct Status {
    http::Endpoint endpoint;
    InstanceState state = InstanceState::Healthy;  ///< Ejected also while its check fails
    CheckState check = CheckState::None;
    HealthWindow::Counts last_seconds;
    std::uint64_t requests = 0;  ///< since the start
    std::uint64_t failures = 0;
    std::uint32_t in_flight = 0;
    /// For how long yet those who can do without leave it alone; 0: no pause, see ConnectPause.
    std::chrono::milliseconds spares_paused{0};
  };
  /// Of each instance.
  std::vector<Status> status() const;
  CheckState check(std::size_t instance) const;
  /// Whether at least one instance is well: one whose rest is over, and which nobody has reached
  /// since, is not.
  bool healthy() const;
  /// How many requests were refused because all were full, since the start.
  std::uint64_t refused() const;

  /// The whole of it, for metrics and operators.
  struct Report {
    std::string name;
    std::vector<Status> instances;
    std::uint32_t in_flight = 0;                    ///< at all instances
    std::uint64_t refused_full = 0;                 ///< see refused()
    std::optional<CircuitBreaker::Report> breaker;  ///< when there is one
    RetryBudget::Report retries;
    std::uint64_t rerouted = 0;  ///< attempts elsewhere, of requests that were not sent
  };
  Report report() const;

 private:
  static constexpr std::size_t kCacheLine = 64;

  struct alignas(kCacheLine) Instance {
    Instance(http::Endpoint at, HealthRules by) : endpoint(std::move(at)), rules(by), window(by) {}
    InstanceState state(SteadyTime now) const;
    bool well(SteadyTime now) const;
    bool spares(SteadyTime now) const;

    const http::Endpoint endpoint;
    const HealthRules rules;
    HealthWindow window;
    ConnectPause pause;  ///< of those who can do without
    std::atomic<CheckState> check{CheckState::None};
    std::atomic<std::uint32_t> in_flight{0};
    UploadPlaces uploads;  ///< of them, whose body is not through
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> failures{0};
    std::atomic<std::uint64_t> checker{0};  ///< who has the right to say how it is
  };
  struct Counters {
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> rerouted{0};
  };
  enum class Among : std::uint8_t { Well, All, Sparing };
  struct Search {
    std::size_t first = 0;
    std::span<const std::size_t> avoid{};
    Body body = Body::None;
    std::string_view client{};
    SteadyTime now{};
    Among among = Among::Well;

    bool includes(const Instance& instance) const;
  };
  std::optional<std::size_t> choose(const Search& search, bool& any);
  bool claim_slot(Instance& instance, const Search& search);
  /// What an outcome has made of the instance, where its check does not know better.
  void tell(const Instance& instance, HealthWindow::Turn turn, SteadyTime now) const;

  GroupOptions options_;
  const Clock* clock_;
  std::vector<std::shared_ptr<Instance>> instances_;
  std::shared_ptr<http::Upstreams> connections_;
  std::shared_ptr<CircuitBreaker> breaker_;
  std::shared_ptr<RetryBudget> retries_;
  std::shared_ptr<Counters> counters_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace banyan::upstream
