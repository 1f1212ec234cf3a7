// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "banyan/events/http_push.hpp"
#include "banyan/http/server.hpp"
#include "banyan/kernel/executor.hpp"

namespace banyan::test {

/// A receiver behind a real socket: what a subscriber in another process is.
class PushedTo final : http::Application {
 public:
  /// Port 0: any.
  PushedTo(const events::Receiver& receiver, events::PushChecks checks, std::uint16_t port = 0)
      : receiver_(receiver),
        checks_(std::move(checks)),
        server_({.listen = {{"127.0.0.1", port}}, .loops = 1}, *this) {
    server_.start();
  }

  http::Endpoint endpoint() const { return {"127.0.0.1", server_.port()}; }

 private:
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    constexpr std::size_t kLimit = 1 << 20;
    exchange->collect_body(kLimit, [this, exchange](auto body) {
      if (!body) return;  // the engine says why
      const bool room = workers_->submit([this, exchange,
                                          request = http::Request{exchange->head(), *body}] {
        exchange->respond(events::answer_push(receiver_, request, checks_, system_clock().now()));
      });
      if (!room) exchange->fail({503, "test.busy", "all workers are busy"});
    });
  }

  const events::Receiver& receiver_;
  const events::PushChecks checks_;
  const std::unique_ptr<Executor> workers_ = make_worker_pool(8, 64);
  http::Server server_;
};

}  // namespace banyan::test
