// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/health_checks.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "banyan/http/serializer.hpp"
#include "banyan/http/upstream.hpp"
#include "banyan/kernel/random.hpp"

namespace banyan::upstream {
namespace {

/// Intervals are up to a tenth shorter or longer.
constexpr std::int64_t kJitter = 10;

/// Each question has a connection of its own.
http::UpstreamOptions options_for(const Group& group, const HealthCheckPlan& plan) {
  http::UpstreamOptions options = group.options().connections;
  options.max_idle_per_loop = 0;
  if (plan.tls) options.tls = plan.tls;
  return options;
}

/// Nothing came of it for a reason in this process.
bool is_ours(http::UpstreamFailure::Kind kind) {
  using Kind = http::UpstreamFailure::Kind;
  return kind == Kind::NoSocket || kind == Kind::Fault || kind == Kind::Cancelled;
}

}  // namespace

struct HealthChecks::Shared {
  explicit Shared(std::function<void(const HealthChange&)> told) : changed(std::move(told)) {}
  std::function<void(const HealthChange&)> changed;
};

namespace {

/// The check of one instance. All of it on the loop, but for `wanted`.
class Probe : public std::enable_shared_from_this<Probe> {
 public:
  struct Target {
    std::shared_ptr<Group> group;
    std::size_t instance = 0;
    HealthCheckPlan plan;
  };
  Probe(http::Loop& loop, std::shared_ptr<http::Upstreams> upstreams,
        std::function<void(const HealthChange&)> changed, std::weak_ptr<void> wanted, Target target)
      : loop_(loop),
        upstreams_(std::move(upstreams)),
        changed_(std::move(changed)),
        wanted_(std::move(wanted)),
        target_(std::move(target)),
        right_(target_.group->take_over_checks(target_.instance)),
        said_(target_.group->check(target_.instance)) {}

  void ask() {
    if (!wanted()) return;
    go_on_after([this] { start(); });
  }

 private:
  bool wanted() const {
    return !wanted_.expired() && target_.group->checks(target_.instance, right_);
  }

  /// A check that fails by an exception has found nothing out, and is made again.
  template <class Step>
  void go_on_after(Step step) {
    try {
      return step();
    } catch (const std::exception& exception) {
      loop_.fault(exception.what());
    }
    again();
  }

  void start() {
    const http::Endpoint& at = target_.group->endpoint(target_.instance);
    await(upstreams_->start(loop_, at,
                            {.framing = http::Framing::none(),
                             .deadline = system_clock().steady() + target_.plan.timeout},
                            [&](http::HeadWriter& head) {
                              head.request_line("GET", target_.plan.path);
                              const http::Fields& more = target_.plan.headers;
                              if (!more.contains("Host")) head.add("Host", host_of(at));
                              if (!more.contains("User-Agent")) {
                                head.add("User-Agent", "banyan-health-check");
                              }
                              head.add(more);
                            }));
  }

  std::string host_of(const http::Endpoint& at) const {
    if (!target_.plan.host.empty()) return target_.plan.host;
    return http::is_unix(at) ? "localhost" : to_string(at);
  }

  void await(const std::shared_ptr<http::UpstreamExchange>& exchange) {
    exchange->read_head([self = shared_from_this(), exchange](auto head) {
      self->go_on_after([&] {
        if (head && http::interim(**head)) return self->await(exchange);
        if (!head && is_ours(head.error().kind)) return self->again();  // nobody is to blame
        if (!head) return self->learn(false, head.error().message);
        const unsigned status = (*head)->status;
        self->learn(self->expected(status),
                    "status " + std::to_string(status) + " from " + self->target_.plan.path);
      });
    });
  }

  bool expected(unsigned status) const {
    return std::ranges::any_of(target_.plan.expect, [status](const StatusRange& range) {
      return range.from <= status && status <= range.to;
    });
  }

  void learn(bool passed, std::string why) {
    if (passed != last_) in_a_row_ = 0;
    last_ = passed;
    ++in_a_row_;
    // The first word counts at once when it is good: nothing bad is known.
    const std::uint32_t enough = !passed                     ? target_.plan.unhealthy_after
                                 : said_ == CheckState::None ? 1
                                                             : target_.plan.healthy_after;
    if (in_a_row_ >= enough)
      say(passed ? CheckState::Passing : CheckState::Failing, std::move(why));
    again();
  }

  void say(CheckState state, std::string why) {
    if (!wanted()) return;
    const CheckState before = std::exchange(said_, state);
    if (before == state) return;
    target_.group->checked(target_.instance, right_, state);
    const bool news = before != CheckState::None || state == CheckState::Failing;
    if (!changed_ || !news) return;
    changed_({.group = target_.group->name(),
              .instance = target_.group->endpoint(target_.instance),
              .passing = state == CheckState::Passing,
              .why = std::move(why)});
  }

  void again() {
    const std::int64_t interval = target_.plan.every.count();
    const std::int64_t spread = interval / kJitter;
    const auto more = static_cast<std::int64_t>(system_random().next() %
                                                static_cast<std::uint64_t>(2 * spread + 1));
    loop_.after(std::chrono::milliseconds(interval - spread + more),
                [self = shared_from_this()] { self->ask(); });
  }

  http::Loop& loop_;
  std::shared_ptr<http::Upstreams> upstreams_;
  std::function<void(const HealthChange&)> changed_;
  std::weak_ptr<void> wanted_;
  Target target_;
  std::uint64_t right_;
  CheckState said_;
  bool last_ = true;
  std::uint32_t in_a_row_ = 0;
};

}  // namespace

HealthChecks::HealthChecks(std::function<void(const HealthChange&)> changed,
                           std::function<void(std::string_view what)> on_fault)
    : shared_(std::make_unique<Shared>(std::move(changed))), loops_(1, std::move(on_fault)) {}

HealthChecks::~HealthChecks() = default;

std::shared_ptr<void> HealthChecks::watch(const std::shared_ptr<Group>& group,
                                          const HealthCheckPlan& plan) {
  auto handle = std::make_shared<char>();
  http::Loop& loop = loops_.at(0);
  const auto upstreams = std::make_shared<http::Upstreams>(options_for(*group, plan));
  for (std::size_t i = 0; i < group->size(); ++i) {
    auto probe = std::make_shared<Probe>(loop, upstreams, shared_->changed, handle,
                                         Probe::Target{group, i, plan});
    loop.post([probe = std::move(probe)] { probe->ask(); });
  }
  return handle;
}

}  // namespace banyan::upstream
