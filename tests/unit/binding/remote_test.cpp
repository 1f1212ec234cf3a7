// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "binding/context_headers.hpp"
#include "binding/http_channel.hpp"
#include "binding/operation_table.hpp"
#include "binding/problem.hpp"
#include "demo_port.hpp"
#include "http/exchange.hpp"
#include "http/server.hpp"
#include "kernel/executor.hpp"

namespace {

using banyan::Context;
using banyan::Error;
using banyan::ErrorCode;
using banyan::binding::Wire;
using namespace std::chrono_literals;
namespace http = banyan::http;

/// A service process in small: the operations of one module behind a real socket.
class Service final : public http::Application {
 public:
  explicit Service(demo::Demo& port) : table_(Wire<demo::Demo>::bind(port)) {}

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    exchange->collect_body(1 << 20,
                           [this, exchange](std::expected<std::string, http::Refusal> body) {
                             if (!body) return;
                             auto work = [this, exchange, body = std::move(*body)] {
                               exchange->respond(answer({exchange->head(), body}));
                             };
                             if (!workers_->submit(std::move(work))) exchange->abort();
                           });
  }

 private:
  http::Response answer(const http::Request& request) const {
    const auto context = banyan::binding::context_from(
        request.head, {banyan::binding::Trust::Internal, 10s}, "127.0.0.1");
    if (!context) return banyan::binding::problem(context.error());
    const auto found = table_.match(request.head.method, request.head.target);
    return found ? (*found)->answer(request, *context) : found.error();
  }

  banyan::binding::OperationTable table_;
  std::unique_ptr<banyan::Executor> workers_ = banyan::make_worker_pool(2, 16);
};

class Remote : public testing::Test {
 protected:
  Remote() {
    server.start();
    channel = banyan::binding::make_http_channel({"127.0.0.1", server.port()},
                                                 {.dependency = "demo", .timeout = 5s});
    port = Wire<demo::Demo>::remote(*channel, banyan::no_observer(), "remote");
  }

  demo::DemoModule module;
  Service service{module};
  http::Server server{http::ServerOptions{.loops = 1}, service};
  std::unique_ptr<banyan::binding::HttpChannel> channel;
  std::unique_ptr<demo::Demo> port;
  Context context = Context::begin(10s).with_key("key-1");
};

TEST_F(Remote, GivesTheAnswersOfTheModule) {
  const auto made = port->handle(
      demo::MakeThing{"lämp", demo::Colour::Red, {{"bulb", 2}}, {999, "EUR"}}, context);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, (demo::Thing{
                       demo::thing_id(7), "lämp", demo::Colour::Red, {{"bulb", 2}}, {999, "EUR"}}));
  EXPECT_EQ(module.seen.correlation_id, context.correlation_id);
  EXPECT_EQ(module.seen.idempotency_key, "key-1");
  EXPECT_TRUE(port->handle(demo::PolishThing{demo::thing_id(1)}, context));
}

TEST_F(Remote, GivesTheErrorsOfTheModule) {
  module.error = Error{ErrorCode::AlreadyExists, "demo.name_taken", "taken", {{"/name", "taken"}}};
  const auto made = port->handle(demo::MakeThing{"lamp", std::nullopt, {}, {}}, context);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), *module.error);
}

TEST_F(Remote, WaitsNoLongerThanTheDeadline) {
  std::promise<void> release;
  module.before = [released = release.get_future().share()] { released.wait(); };

  const auto late = port->handle(demo::GetThing{demo::thing_id(1)}, context.within(50ms));

  EXPECT_EQ(late.error().code, ErrorCode::DeadlineExceeded);
  release.set_value();
}

TEST_F(Remote, SaysThatNobodyIsThere) {
  server.drain(1s);

  const auto answer = port->handle(demo::MakeThing{"lamp", std::nullopt, {}, {}}, context);

  EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(answer.error().rule, "banyan.unreachable");
}

}  // namespace
