// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/forwarding/forwarder.hpp"
#include "banyan/http/server.hpp"
#include "banyan/http/trace_fields.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/tracing.hpp"
#include "sockets.hpp"

namespace banyan::strangler {

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";

/// Forwards all that comes to one group, and keeps the outcomes for the test.
class ForwardAll final : public http::Application {
 public:
  explicit ForwardAll(ForwarderOptions options) : forwarder_(std::move(options)) {}

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    if (instead && instead(*exchange)) return;
    ForwardOrder order;
    order.group = group;
    order.safe_to_repeat = safe_to_repeat;
    if (budget.count() > 0) order.deadline = system_clock().steady() + budget;
    if (on_tunnel) order.on_tunnel = on_tunnel;
    if (in_place) order.in_place = in_place;
    std::shared_ptr<Span> span;
    if (tracer != nullptr) {
      const auto parent = http::trace_from(exchange->head().fields);
      span = std::make_shared<Span>(
          tracer->begin({.parent = parent ? &*parent : nullptr, .name = "request"}));
      order.span = span.get();
    }
    order.done = [this, span](const Outcome& outcome) {
      if (span) span->finish();
      if (outcome_breaks.exchange(false)) throw std::runtime_error("no room for the outcome");
      const std::lock_guard lock(mutex_);
      outcomes_.push_back(outcome);
      came_.notify_all();
    };
    forwarder_.forward(std::move(exchange), std::move(order));
  }

  Outcome next_outcome() {
    auto outcome = outcome_within(std::chrono::seconds{8});
    if (!outcome) ADD_FAILURE() << "no outcome";
    return std::move(outcome).value_or(Outcome{});
  }

  std::optional<Outcome> outcome_within(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, time, [this] { return !outcomes_.empty(); })) return std::nullopt;
    Outcome outcome = std::move(outcomes_.front());
    outcomes_.pop_front();
    return outcome;
  }

  std::shared_ptr<upstream::Group> group;
  bool safe_to_repeat = false;
  /// Has answered by itself when it returns true. On the loop.
  std::function<bool(http::Exchange&)> instead;
  std::function<std::shared_ptr<void>(std::function<void()>)> on_tunnel;
  std::function<std::optional<OtherSide>(const SideFailure&)> in_place;
  std::chrono::milliseconds budget{0};
  Tracer* tracer = nullptr;
  std::atomic<bool> outcome_breaks = false;  ///< the next one

 private:
  Forwarder forwarder_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Outcome> outcomes_;
};

/// A client, the relay, and an upstream under the test's own hands.
class RelayTest : public testing::Test {
 protected:
  /// Before the first request.
  void serve(const std::vector<std::uint16_t>& upstream_ports,
             const Clock& clock = system_clock()) {
    application_ = std::make_unique<ForwardAll>(ForwarderOptions{});
    upstream::GroupOptions options{.name = "shop", .instances = {}, .rules = rules_};
    for (const std::uint16_t port : upstream_ports)
      options.instances.push_back({"127.0.0.1", port});
    options.connections = connections_;
    options.connections.connect_timeout = std::chrono::milliseconds{1'000};
    options.connections.first_byte_timeout = answer_time_;
    application_->group = std::make_shared<upstream::Group>(std::move(options), clock);
    http::ServerOptions server;
    server.loops = 1;
    server.tunnel_timeout = tunnel_time_;
    server.write_timeout = write_time_;
    server.limits.body_bytes = 1u << 30;
    server.on_fault = [this](std::string_view) { ++faults_; };
    server_ = std::make_unique<http::Server>(std::move(server), *application_);
    server_->start();
  }
  void serve() { serve({upstream_.port()}); }

  test::Peer client() const { return test::Peer::connect(server_->port()); }
  test::Seen get(std::string_view target) const { return test::get(server_->port(), target); }
  Outcome outcome() { return application_->next_outcome(); }
  upstream::Group& group() { return *application_->group; }

  upstream::GroupRules rules_;
  http::UpstreamOptions connections_{.stall_timeout = std::chrono::milliseconds{4'000}};
  /// Long: only a test about silence may depend on the speed of the machine.
  std::chrono::milliseconds answer_time_{20'000};
  std::chrono::milliseconds tunnel_time_{600'000};
  std::chrono::milliseconds write_time_{30'000};
  std::atomic<int> faults_ = 0;
  test::Listener upstream_;
  std::unique_ptr<ForwardAll> application_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace banyan::strangler
