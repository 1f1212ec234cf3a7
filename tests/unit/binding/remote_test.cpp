// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>

#include "banyan/binding/context_headers.hpp"
#include "banyan/binding/http_transport.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/binding/rpc_transport.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/http/server.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/executor.hpp"
#include "demo_port.hpp"

namespace {

using banyan::Context;
using banyan::Error;
using banyan::ErrorCode;
using banyan::binding::PortBinding;
using namespace std::chrono_literals;
namespace http = banyan::http;

/// A service process in small: the operations of one module behind a real socket.
class Service final : public http::Application {
 public:
  explicit Service(demo::Demo& port)
      : table_(PortBinding<demo::Demo>::bind(port, banyan::no_observer(), banyan::system_clock())) {
  }

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
    const auto context =
        banyan::binding::context_from(request.head, {banyan::binding::Trust::Internal, 10s},
                                      "127.0.0.1", banyan::system_clock(), banyan::system_random());
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
    transport = banyan::binding::make_http_transport({"127.0.0.1", server.port()}, "demo",
                                                     {.timeout = 5s}, banyan::system_clock());
    port = PortBinding<demo::Demo>::remote(*transport, banyan::no_observer(), "remote",
                                           banyan::system_clock());
  }

  demo::DemoModule module;
  Service service{module};
  http::Server server{http::ServerOptions{.loops = 1}, service};
  std::unique_ptr<banyan::binding::HttpTransport> transport;
  std::unique_ptr<demo::Demo> port;
  Context context =
      Context::begin(10s, banyan::system_clock(), banyan::system_random()).with_key("key-1");
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

  const auto late =
      port->handle(demo::GetThing{demo::thing_id(1)}, context.within(50ms, banyan::system_clock()));

  EXPECT_EQ(late.error().code, ErrorCode::DeadlineExceeded);
  release.set_value();
}

TEST_F(Remote, SaysThatNobodyIsThere) {
  server.drain(1s);

  const auto answer = port->handle(demo::MakeThing{"lamp", std::nullopt, {}, {}}, context);

  EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(answer.error().rule, "banyan.unreachable");
}

/// An operation that asks another module for a write, does without its answer, and then finds the
/// queue of its own database full.
class UseCase {
 public:
  explicit UseCase(demo::Demo& other) : other_(&other) {}

  banyan::Result<demo::Thing> handle(const demo::MakeThing& make, const Context& context) {
    const auto inner =
        time_of_the_other ? context.within(*time_of_the_other, banyan::system_clock()) : context;
    (void)other_->handle(demo::RenameThing{demo::thing_id(1), make.name}, inner);
    return banyan::fail(ErrorCode::ResourceExhausted, "banyan.writer_queue_full", "later");
  }

  std::optional<std::chrono::milliseconds> time_of_the_other;

 private:
  demo::Demo* other_;
};

class WritesOfOthers : public Remote {
 protected:
  /// What the operation answers: that nothing was changed, or that nobody knows.
  std::string answer(UseCase& use_case) const {
    banyan::InProcess<UseCase> binding(use_case, banyan::no_observer(), banyan::system_clock());
    const auto answer = binding.call<demo::Demo>(demo::MakeThing{"lamp", {}, {}, {}}, context);
    return answer ? "an answer" : answer.error().rule;
  }
  std::string remotely() const {
    UseCase use_case(*port);
    return answer(use_case);
  }
  std::string in_process() {
    const auto here =
        banyan::bind_in_process<demo::Demo>(module, banyan::no_observer(), banyan::system_clock());
    UseCase use_case(*here);
    return answer(use_case);
  }

  static constexpr const char* kUnknown = "banyan.outcome_unknown";
  static constexpr const char* kNothing = "banyan.writer_queue_full";
};

TEST_F(WritesOfOthers, CountWhenTheyAreDone) {
  module.before = [] { banyan::CommitMark::commit(); };
  EXPECT_EQ(in_process(), kUnknown);
  EXPECT_EQ(remotely(), kUnknown);
}

TEST_F(WritesOfOthers, CountWhenTheyAreDoneInPart) {
  module.before = [] { banyan::CommitMark::commit(); };
  for (const Error& error :
       {Error{ErrorCode::NotFound, "demo.unknown_thing", "gone since", {}},
        Error{ErrorCode::Unavailable, "banyan.storage_full", "no room for the rest", {}},
        Error{ErrorCode::InvalidArgument, "banyan.money_overflow", "too much in all", {}},
        Error{ErrorCode::Internal, "demo.undeclared", "", {}}}) {
    module.error = error;
    EXPECT_EQ(in_process(), kUnknown) << error.rule;
    EXPECT_EQ(remotely(), kUnknown) << error.rule;
  }
}

TEST_F(WritesOfOthers, CountWhenNobodyKnowsWhetherTheyAreDone) {
  std::promise<void> release;
  module.before = [released = release.get_future().share()] { released.wait(); };
  UseCase use_case(*port);
  use_case.time_of_the_other = 50ms;
  EXPECT_EQ(answer(use_case), kUnknown);
  release.set_value();
}

TEST_F(WritesOfOthers, CountWhileAnEarlierTryOfThemGoesOn) {
  module.error = Error{ErrorCode::Conflict, "banyan.command_running", "ask again", {}};
  EXPECT_EQ(remotely(), kUnknown);
}

/// Its last try is refused, and the one before it may have arrived.
class AskedTwice final : public banyan::binding::RpcTransport {
 public:
  banyan::Result<http::Response> exchange(http::Request /*request*/, const Context& context,
                                          banyan::binding::Repeat /*repeat*/) override {
    auto answer = banyan::binding::problem({ErrorCode::Unavailable, "banyan.too_busy", "later", {}},
                                           context.correlation_id);
    if (asked_before) answer.head.fields.set(banyan::binding::kAskedBeforeField, "true");
    return answer;
  }
  bool asked_before = false;
};

TEST_F(WritesOfOthers, CountWhenOnlyTheLastTryWasRefused) {
  AskedTwice twice;
  const auto other = PortBinding<demo::Demo>::remote(twice, banyan::no_observer(), "remote",
                                                     banyan::system_clock());
  UseCase use_case(*other);
  EXPECT_EQ(answer(use_case), kNothing);
  twice.asked_before = true;
  EXPECT_EQ(answer(use_case), kUnknown);
}

TEST_F(WritesOfOthers, DoNotCountWhenTheyWereRefusedBeforeTheyBegan) {
  module.error = Error{ErrorCode::ResourceExhausted, "banyan.writer_queue_full", "later", {}};
  EXPECT_EQ(in_process(), kNothing);
  EXPECT_EQ(remotely(), kNothing);
}

TEST_F(WritesOfOthers, DoNotCountWhenTheyWereNeverSent) {
  server.drain(1s);
  EXPECT_EQ(remotely(), kNothing);
}

}  // namespace
