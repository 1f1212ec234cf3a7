// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/http_transport.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace {

using banyan::Context;
using banyan::ErrorCode;
using banyan::ManualClock;
using banyan::SteadyTime;
using banyan::binding::HttpTransport;
using banyan::binding::Repeat;
using banyan::http::ClientFailure;
using banyan::http::Request;
using banyan::http::Response;
using Kind = ClientFailure::Kind;
using Answer = std::expected<Response, ClientFailure>;
using namespace std::chrono_literals;
namespace http = banyan::http;
namespace upstream = banyan::upstream;

Answer with_status(unsigned status) {
  Response response;
  response.head.status = status;
  return response;
}

Answer failure(Kind kind, bool provably_unsent = false) {
  return std::unexpected(ClientFailure{kind, "it went wrong", provably_unsent});
}

/// A network that does what the test says. When it asks again is the upstream::Caller's business.
class HttpTransportTest : public testing::Test {
 protected:
  HttpTransportTest() { make({}); }

  void make(upstream::GroupRules rules) {
    transport.emplace(
        std::make_shared<upstream::Group>(
            upstream::GroupOptions{
                .name = "catalog", .instances = {{"10.0.0.1", 1}, {"10.0.0.1", 2}}, .rules = rules},
            clock),
        [this](const http::Endpoint& /*at*/, const Request& request, SteadyTime deadline,
               Repeat /*repeat*/) {
          deadlines.push_back(deadline - clock.steady());
          budgets.emplace_back(request.head.fields.find("Banyan-Deadline-Ms").value_or("none"));
          clock.advance(each_takes);
          if (script.empty()) return with_status(200);
          Answer next = std::move(script.front());
          script.pop_front();
          return next;
        },
        banyan::binding::HttpTransportOptions{.timeout = 2s}, clock);
  }

  banyan::Result<Response> call(Repeat repeat = Repeat::Never,
                                std::chrono::milliseconds budget = 10s) {
    return transport->exchange({}, Context::begin(budget, clock, random), repeat);
  }
  std::string rule_after(Answer answer) {
    script = {std::move(answer)};
    const auto refused = call();
    return refused ? "an answer" : refused.error().rule;
  }

  ManualClock clock;
  banyan::SeededRandom random{1};
  std::deque<Answer> script;
  std::vector<std::chrono::nanoseconds> deadlines;
  std::vector<std::string> budgets;
  std::chrono::milliseconds each_takes{0};
  std::optional<HttpTransport> transport;
};

TEST_F(HttpTransportTest, GivesACallTheDependencysTimeOut) {
  ASSERT_TRUE(call());
  EXPECT_EQ(deadlines, (std::vector<std::chrono::nanoseconds>{2s}));
  EXPECT_EQ(budgets, (std::vector<std::string>{"2000"}));
}

TEST_F(HttpTransportTest, GivesACallNoMoreThanItsDeadline) {
  ASSERT_TRUE(call(Repeat::Never, 300ms));
  EXPECT_EQ(deadlines, (std::vector<std::chrono::nanoseconds>{300ms}));
}

TEST_F(HttpTransportTest, DoesNotStartWithoutTime) {
  const auto answer = call(Repeat::Safe, 0ms);
  EXPECT_EQ(answer.error().rule, "banyan.deadline_exceeded");
  EXPECT_TRUE(deadlines.empty());
}

TEST_F(HttpTransportTest, TellsTheSecondAttemptWhatIsLeft) {
  each_takes = 1500ms;
  script = {failure(Kind::Closed), with_status(200)};
  ASSERT_TRUE(call(Repeat::Safe, 3s));
  EXPECT_EQ(budgets, (std::vector<std::string>{"2000", "1500"}));
}

TEST_F(HttpTransportTest, SaysOfAnAnswerWhetherAnEarlierTryMayHaveArrived) {
  const auto said = [this] {
    const auto answer = call(Repeat::Safe);
    return answer && answer->head.fields.contains(banyan::binding::kAskedBeforeField);
  };
  EXPECT_FALSE(said());
  script = {failure(Kind::Connect, true), with_status(503)};
  EXPECT_FALSE(said());
  script = {failure(Kind::Closed), with_status(503)};
  EXPECT_TRUE(said());
}

TEST_F(HttpTransportTest, SaysWhatWentWrongAndWhetherItMayHaveBeenCarriedOut) {
  EXPECT_EQ(rule_after(failure(Kind::Connect)), "banyan.unreachable");
  EXPECT_EQ(rule_after(failure(Kind::Closed)), "banyan.connection_lost");
  EXPECT_EQ(rule_after(failure(Kind::Protocol)), "banyan.unreadable_answer");
  EXPECT_EQ(rule_after(failure(Kind::TooLarge)), "banyan.answer_too_large");
  EXPECT_EQ(rule_after(failure(Kind::NoSocket, true)), "banyan.out_of_sockets");
  EXPECT_EQ(rule_after(failure(Kind::Request, true)), "banyan.unsendable");
  EXPECT_EQ(rule_after(failure(Kind::Fault)), "banyan.fault");
  EXPECT_EQ(rule_after(failure(Kind::Timeout)), "banyan.timeout");
  for (const Kind kind : {Kind::Closed, Kind::Timeout, Kind::Connect}) {
    script = {failure(kind)};
    const auto answer = call();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code,
              kind == Kind::Timeout ? ErrorCode::DeadlineExceeded : ErrorCode::Unavailable);
    EXPECT_TRUE(
        answer.error().message.ends_with("Whether the request was carried out is unknown."));
    EXPECT_TRUE(answer.error().message.starts_with("calling catalog: "));
  }
  script = {failure(Kind::Connect, true), failure(Kind::Connect, true)};
  EXPECT_EQ(call().error().message, "calling catalog: it went wrong.");
}

TEST_F(HttpTransportTest, ATimeOutAtTheCallersDeadlineIsTheCallers) {
  each_takes = 400ms;
  script = {failure(Kind::Timeout)};
  EXPECT_EQ(call(Repeat::Never, 300ms).error().rule, "banyan.deadline_exceeded");
}

TEST_F(HttpTransportTest, FailsAtOnceWhileTheBreakerIsOpen) {
  make({.breaker = upstream::BreakerRules{.min_calls = 1, .open_for = 5s}});
  script = {failure(Kind::Closed)};
  EXPECT_FALSE(call());
  deadlines.clear();
  const auto refused = call();
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.error().rule, "banyan.circuit_open");
  EXPECT_TRUE(deadlines.empty());
  EXPECT_EQ(transport->group().report().breaker->state, upstream::CircuitBreaker::State::Open);
}

TEST_F(HttpTransportTest, IsRefusedWhereThereIsNoRoom) {
  make({.max_requests = 1});
  transport->group().pick();
  transport->group().pick();
  const auto refused = call();
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.error().rule, "banyan.dependency_full");
}

TEST(AnHttpTransport, ToAnEndpointHasABreaker) {
  const ManualClock clock;
  const auto transport =
      banyan::binding::make_http_transport({"127.0.0.1", 1}, "catalog", {}, clock);
  EXPECT_EQ(transport->dependency(), "catalog");
  EXPECT_TRUE(transport->group().report().breaker);
}

}  // namespace
