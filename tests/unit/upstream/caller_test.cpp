// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/caller.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/http/server.hpp"
#include "sockets.hpp"
#include "support/deaf_port.hpp"

namespace banyan::upstream {
namespace {

using namespace std::chrono_literals;
using Answer = std::expected<http::Response, http::ClientFailure>;
using Client = http::ClientFailure::Kind;
using Kind = CallFailure::Kind;
using http::Repeat;

Answer with_status(unsigned status) {
  http::Response response;
  response.head.status = status;
  return response;
}

Answer failure(Client kind, bool provably_unsent = false) {
  return std::unexpected(http::ClientFailure{kind, "it went wrong", provably_unsent});
}

/// A network that does what the test says.
class TheCaller : public testing::Test {
 protected:
  TheCaller() { make({}); }

  void make(GroupRules rules, std::size_t instances = 2) {
    GroupOptions options{.name = "catalog", .instances = {}, .rules = rules};
    for (std::size_t i = 0; i < instances; ++i) {
      options.instances.push_back({"10.0.0.1", static_cast<std::uint16_t>(i + 1)});
    }
    group = std::make_shared<Group>(std::move(options), clock);
    caller.emplace(
        group,
        [this](const http::Endpoint& at, const http::Request& request, SteadyTime deadline,
               Repeat /*repeat*/) {
          asked.push_back(at.port);
          deadlines.push_back(deadline - clock.steady());
          notes.emplace_back(request.head.fields.find("Note").value_or(""));
          clock.advance(each_takes);
          if (script.empty()) return with_status(200);
          Answer next = std::move(script.front());
          script.pop_front();
          return next;
        },
        clock);
  }

  std::expected<http::Response, CallFailure> call(Repeat repeat = Repeat::Never,
                                                  std::chrono::milliseconds budget = 10s) {
    return caller->call({}, {.deadline = clock.steady() + budget,
                             .attempt_time = 2s,
                             .repeat = repeat,
                             .prepare = [](http::RequestHead& head, SteadyTime /*until*/) {
                               head.fields.set("Note", "prepared");
                             }});
  }

  ManualClock clock;
  std::deque<Answer> script;
  std::vector<std::uint16_t> asked;
  std::vector<std::chrono::nanoseconds> deadlines;
  std::vector<std::string> notes;
  std::chrono::milliseconds each_takes{0};
  std::shared_ptr<Group> group;
  std::optional<Caller> caller;
};

TEST_F(TheCaller, GivesAnAttemptItsTimeAndNoMoreThanTheDeadline) {
  ASSERT_TRUE(call());
  ASSERT_TRUE(call(Repeat::Never, 300ms));
  EXPECT_EQ(deadlines, (std::vector<std::chrono::nanoseconds>{2s, 300ms}));
  EXPECT_EQ(notes, (std::vector<std::string>{"prepared", "prepared"}));
  EXPECT_EQ(group->report().in_flight, 0u);
}

TEST_F(TheCaller, DoesNotStartWithoutTime) {
  const auto answer = call(Repeat::Safe, 0ms);
  EXPECT_EQ(answer.error().kind, Kind::Deadline);
  EXPECT_EQ(answer.error().attempts, 0u);
  EXPECT_TRUE(answer.error().provably_unsent);
  EXPECT_TRUE(asked.empty());
}

TEST_F(TheCaller, RepeatsOnceWhatIsSafeToRepeatAndElsewhere) {
  for (const Client kind : {Client::Connect, Client::Closed, Client::Timeout}) {
    asked.clear();
    script = {failure(kind), with_status(200)};
    EXPECT_TRUE(call(Repeat::Safe));
    ASSERT_EQ(asked.size(), 2u);
    EXPECT_NE(asked[0], asked[1]);
  }
  asked.clear();
  script = {failure(Client::Closed), failure(Client::Closed), with_status(200)};
  EXPECT_EQ(call(Repeat::Safe).error().kind, Kind::Closed);
  EXPECT_EQ(asked.size(), 2u);
}

TEST_F(TheCaller, NeverRepeatsAWriteWhoseOutcomeIsUnknown) {
  for (const Client kind : {Client::Closed, Client::Timeout, Client::Connect}) {
    asked.clear();
    script = {failure(kind)};
    const auto answer = call();
    ASSERT_FALSE(answer);
    EXPECT_FALSE(answer.error().provably_unsent);
    EXPECT_EQ(asked.size(), 1u);
  }
}

TEST_F(TheCaller, SendsAWriteThatCertainlyWasNotSentToEveryInstance) {
  make({}, 4);
  script = {failure(Client::Connect, true), failure(Client::Timeout, true),
            failure(Client::Connect, true), with_status(201)};
  EXPECT_TRUE(call());
  EXPECT_EQ(asked, (std::vector<std::uint16_t>{1, 2, 3, 4}));
  script = {failure(Client::Connect, true), failure(Client::Connect, true),
            failure(Client::Connect, true), failure(Client::Connect, true)};
  const auto refused = call();
  EXPECT_EQ(refused.error().kind, Kind::Unreachable);
  EXPECT_EQ(refused.error().attempts, 4u);
  EXPECT_TRUE(refused.error().provably_unsent);
}

TEST_F(TheCaller, ForgetsNotThatTheFirstAttemptMayHaveArrived) {
  script = {failure(Client::Closed), failure(Client::Connect, true)};
  EXPECT_FALSE(call(Repeat::Safe).error().provably_unsent);
}

TEST_F(TheCaller, RepeatsOnlyWithinTheDeadline) {
  each_takes = 800ms;
  script = {failure(Client::Timeout), with_status(200)};
  EXPECT_EQ(call(Repeat::Safe, 700ms).error().kind, Kind::Deadline);
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(TheCaller, StopsRepeatingWhenTheBudgetIsSpent) {
  make({.health = {.consecutive_failures = 1'000, .least_requests = 1'000},
        .retries = {.share = 0.1, .per_second = 0}});
  for (int i = 0; i < 100; ++i) {
    script = {failure(Client::Closed), failure(Client::Closed)};
    EXPECT_FALSE(call(Repeat::Safe));
  }
  EXPECT_LE(asked.size(), 112u) << "a tenth on top";
  EXPECT_GE(asked.size(), 109u);
  EXPECT_GT(group->report().retries.denied, 0u);
}

TEST_F(TheCaller, DoesNotRepeatAnswersThatNobodyCanRead) {
  for (const Client kind : {Client::Protocol, Client::TooLarge, Client::Request}) {
    asked.clear();
    script = {failure(kind)};
    EXPECT_FALSE(call(Repeat::Safe));
    EXPECT_EQ(asked.size(), 1u);
  }
}

TEST_F(TheCaller, FailsAtOnceWhileTheBreakerIsOpen) {
  make({.breaker = BreakerRules{.min_calls = 2, .open_for = 5s}});
  script = {failure(Client::Closed), with_status(503)};
  EXPECT_FALSE(call());
  EXPECT_TRUE(call()) << "a 503 is an answer, and its reader's to judge";
  asked.clear();
  EXPECT_EQ(call().error().kind, Kind::CircuitOpen);
  EXPECT_TRUE(asked.empty());
  clock.advance(5s);
  EXPECT_TRUE(call());
  EXPECT_TRUE(call());
  EXPECT_EQ(group->report().breaker->state, CircuitBreaker::State::Closed);
}

TEST_F(TheCaller, BlamesNobodyForWhatIsNotTheInstancesDoing) {
  make({.health = {.consecutive_failures = 1}, .breaker = BreakerRules{.min_calls = 1}}, 1);
  script = {failure(Client::NoSocket, true), failure(Client::Request, true),
            failure(Client::TooLarge), failure(Client::Fault)};
  EXPECT_EQ(call().error().kind, Kind::NoSocket);
  EXPECT_EQ(call().error().kind, Kind::Request);
  EXPECT_EQ(call().error().kind, Kind::TooLarge);
  EXPECT_EQ(call().error().kind, Kind::Fault);
  script = {std::unexpected(http::ClientFailure{Client::Closed, "it had ended", false, true})};
  EXPECT_EQ(call().error().kind, Kind::Closed) << "of a connection that was kept too long";
  each_takes = 50ms;
  script = {failure(Client::Timeout)};
  EXPECT_EQ(call(Repeat::Never, 10ms).error().kind, Kind::Deadline) << "a caller in a hurry";
  EXPECT_EQ(group->report().breaker->state, CircuitBreaker::State::Closed);
  EXPECT_EQ(group->status()[0].state, InstanceState::Healthy);
  EXPECT_EQ(group->status()[0].failures, 0u);
}

TEST_F(TheCaller, IsRefusedWhereThereIsNoRoom) {
  make({.max_requests = 1}, 1);
  const auto held = group->pick();
  EXPECT_EQ(call().error().kind, Kind::Full);
  group->release(*held);
  EXPECT_TRUE(call());
}

/// With sockets.
class Echo final : public http::Application {
 public:
  Echo() : server_({.loops = 1}, *this) { server_.start(); }
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    ++asked;
    exchange->collect_body(1 << 20, [exchange](auto body) {
      http::Response response;
      if (body) response.body = std::move(*body);
      exchange->respond(std::move(response));
    });
  }
  http::Endpoint endpoint() const { return {"127.0.0.1", server_.port()}; }

  std::atomic<int> asked = 0;

 private:
  http::Server server_;
};

Caller::Order within(std::chrono::milliseconds time) {
  return {.deadline = std::chrono::steady_clock::now() + time, .attempt_time = 10s};
}

TEST(ACallerWithSockets, FindsTheOneInstanceThatWorksForReadsAndWritesAlike) {
  Echo works;
  GroupOptions options{.name = "shop", .instances = {}};
  for (int i = 0; i < 2; ++i) options.instances.push_back({"127.0.0.1", test::deaf_port()});
  options.instances.push_back(works.endpoint());
  const auto group = std::make_shared<Group>(std::move(options), system_clock());
  const Caller caller(group, std::make_shared<http::Loops>(1), system_clock());
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (const std::string_view method : {"GET", "POST", "GET", "POST"}) {
      threads.emplace_back([&, method] {
        for (int i = 0; i < 100; ++i) {
          const http::Request request{{std::string(method), "/", 1, {}},
                                      method == "POST" ? "body" : ""};
          const auto answer = caller.call(request, within(5s));
          if (answer && answer->body == request.body) ++answered;
        }
      });
    }
  }
  EXPECT_EQ(answered, 400);
  EXPECT_EQ(works.asked, 400);
  EXPECT_GT(group->report().rerouted, 0u);
}

/// Answers in chunks, with as many bytes as the target says.
class Long final : public http::Application {
 public:
  Long() : server_({.loops = 1}, *this) { server_.start(); }
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    const std::string& target = exchange->head().target;
    const bool chunked = target.starts_with("/chunked/");
    body_.assign(std::stoul(target.substr(target.rfind('/') + 1)), 'x');
    http::ResponseHead head;
    exchange->begin(std::move(head),
                    chunked ? http::Framing::chunked() : http::Framing::of_length(body_.size()));
    exchange->write(body_, [exchange](bool sent) {
      if (sent) exchange->finish();
    });
  }
  http::Endpoint endpoint() const { return {"127.0.0.1", server_.port()}; }

 private:
  std::string body_;
  http::Server server_;
};

TEST(ACallerWithSockets, TakesNoMoreThanItCanHaveInMemoryFromAGroupWithoutALimit) {
  Long answers;
  const auto group =
      std::make_shared<Group>(GroupOptions{.name = "shop",
                                           .instances = {answers.endpoint()},
                                           .rules = {.health = {.consecutive_failures = 1}}},
                              system_clock());
  ASSERT_EQ(group->options().connections.limits.body_bytes, UINT64_MAX);
  const Caller caller(group, std::make_shared<http::Loops>(1), system_clock());
  for (const std::string target : {"/length/", "/chunked/"}) {
    const auto ask = [&](std::uint64_t size) {
      return caller.call({{"GET", target + std::to_string(size), 1, {}}, ""}, within(60s));
    };
    const auto most = ask(http::kMostAnswerBytes);
    ASSERT_TRUE(most) << most.error().message;
    EXPECT_EQ(most->body.size(), http::kMostAnswerBytes);
    const auto more = ask(http::kMostAnswerBytes + 1);
    ASSERT_FALSE(more) << target;
    EXPECT_EQ(more.error().kind, Kind::TooLarge);
    EXPECT_EQ(group->status()[0].state, InstanceState::Healthy) << "the limit is ours";
  }
}

TEST(ACallerWithSockets, TakesAnswersThatEndWithTheirConnectionOnlyWhereItIsToldTo) {
  test::Listener old;
  const std::jthread answers([&old] {
    for (int connection = 0; connection < 2; ++connection) {
      std::optional<test::Peer> peer = old.accept_within(5s);
      if (!peer) return;
      peer->read_head();
      peer->send("HTTP/1.0 200 OK\r\n\r\nall there is");
    }
  });
  const auto group = std::make_shared<Group>(
      GroupOptions{.name = "wiki", .instances = {{"127.0.0.1", old.port()}}}, system_clock());
  const auto loops = std::make_shared<http::Loops>(1);
  const Caller careful(group, loops, system_clock());
  const auto refused = careful.call({{"GET", "/", 1, {}}, ""}, within(5s));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::Protocol);

  const Caller old_fashioned(group, loops, system_clock(), http::AnswerEnd::MayBeTheConnections);
  const auto answer = old_fashioned.call({{"GET", "/", 1, {}}, ""}, within(5s));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "all there is");
}

TEST(ACallerWithSockets, SharesConnectionsWithAllWhoAskTheGroup) {
  Echo works;
  const auto group = std::make_shared<Group>(
      GroupOptions{.name = "shop", .instances = {works.endpoint()}}, system_clock());
  const auto loops = std::make_shared<http::Loops>(1);
  const Caller one(group, loops, system_clock());
  const Caller other(group, loops, system_clock());
  ASSERT_TRUE(one.call({{"GET", "/", 1, {}}, ""}, within(5s)));
  ASSERT_TRUE(other.call({{"GET", "/", 1, {}}, ""}, within(5s)));
  std::promise<std::size_t> idle;
  loops->at(0).post([&] { idle.set_value(group->connections().idle_connections(loops->at(0))); });
  EXPECT_EQ(idle.get_future().get(), 1u);
}

/// Look-ups that hang until the test is over.
struct Hanging {
  std::mutex mutex;
  std::condition_variable let_go;
  bool over = false;
};

TEST(ACallerWithSockets, IsNeverHeldUpByAName) {
  const auto hanging = std::make_shared<Hanging>();
  GroupOptions options{.name = "shop", .instances = {{"shop.invalid", 80}}};
  options.connections.look_up =
      [hanging](const http::Endpoint&) -> std::expected<std::vector<http::Endpoint>, std::string> {
    std::unique_lock lock(hanging->mutex);
    hanging->let_go.wait(lock, [&] { return hanging->over; });
    return std::unexpected("over");
  };
  const auto began = std::chrono::steady_clock::now();
  {
    auto group = std::make_shared<Group>(std::move(options), system_clock());
    const Caller caller(std::move(group), std::make_shared<http::Loops>(1), system_clock());
    const auto answer = caller.call({{"GET", "/", 1, {}}, ""}, within(100ms));
    EXPECT_EQ(answer.error().kind, Kind::Deadline);
    EXPECT_TRUE(answer.error().provably_unsent);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s) << "neither the call nor the end";
  const std::lock_guard lock(hanging->mutex);
  hanging->over = true;
  hanging->let_go.notify_all();
}

}  // namespace
}  // namespace banyan::upstream
