// SPDX-License-Identifier: Apache-2.0
#include "binding/http_channel.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace {

using banyan::Context;
using banyan::ErrorCode;
using banyan::ManualClock;
using banyan::SteadyTime;
using banyan::binding::CircuitBreaker;
using banyan::binding::HttpChannel;
using banyan::binding::HttpChannelOptions;
using banyan::binding::Repeat;
using banyan::http::ClientFailure;
using banyan::http::Request;
using banyan::http::Response;
using Kind = ClientFailure::Kind;
using Answer = std::expected<Response, ClientFailure>;
using namespace std::chrono_literals;

Answer with_status(unsigned status) {
  Response response;
  response.head.status = status;
  return response;
}

Answer failure(Kind kind, bool provably_unsent = false) {
  return std::unexpected(ClientFailure{kind, "it went wrong", provably_unsent});
}

/// A network that does what the test says.
class HttpChannelTest : public testing::Test {
 protected:
  HttpChannelTest() { make({.dependency = "catalog", .timeout = 2s}); }

  void make(HttpChannelOptions options) {
    channel.emplace(
        std::move(options),
        [this](const Request& request, SteadyTime deadline, Repeat /*repeat*/) {
          deadlines.push_back(deadline - clock.steady());
          budgets.emplace_back(request.head.fields.find("Banyan-Deadline-Ms").value_or("none"));
          clock.advance(each_takes);
          if (script.empty()) return with_status(200);
          Answer next = std::move(script.front());
          script.pop_front();
          return next;
        },
        clock);
  }

  banyan::Result<Response> call(Repeat repeat = Repeat::Never,
                                std::chrono::milliseconds budget = 10s) {
    return channel->exchange({}, Context::begin(budget, clock, random), repeat);
  }

  ManualClock clock;
  banyan::SeededRandom random{1};
  std::deque<Answer> script;
  std::vector<std::chrono::nanoseconds> deadlines;
  std::vector<std::string> budgets;
  std::chrono::milliseconds each_takes{0};
  std::optional<HttpChannel> channel;
};

TEST_F(HttpChannelTest, GivesACallTheDependencysTimeOut) {
  ASSERT_TRUE(call());
  EXPECT_EQ(deadlines, (std::vector<std::chrono::nanoseconds>{2s}));
  EXPECT_EQ(budgets, (std::vector<std::string>{"2000"}));
}

TEST_F(HttpChannelTest, GivesACallNoMoreThanItsDeadline) {
  ASSERT_TRUE(call(Repeat::Never, 300ms));
  EXPECT_EQ(deadlines, (std::vector<std::chrono::nanoseconds>{300ms}));
}

TEST_F(HttpChannelTest, DoesNotStartWithoutTime) {
  const auto answer = call(Repeat::Safe, 0ms);
  EXPECT_EQ(answer.error().rule, "banyan.deadline_exceeded");
  EXPECT_TRUE(deadlines.empty());
}

TEST_F(HttpChannelTest, RepeatsOnceWhatIsSafeToRepeat) {
  for (const Kind kind : {Kind::Connect, Kind::Closed, Kind::Timeout}) {
    deadlines.clear();
    script = {failure(kind), with_status(200)};
    EXPECT_TRUE(call(Repeat::Safe));
    EXPECT_EQ(deadlines.size(), 2U);
  }
  deadlines.clear();
  script = {failure(Kind::Closed), failure(Kind::Closed), with_status(200)};
  EXPECT_EQ(call(Repeat::Safe).error().rule, "banyan.connection_lost");
  EXPECT_EQ(deadlines.size(), 2U);
}

TEST_F(HttpChannelTest, NeverRepeatsAWriteWhoseOutcomeIsUnknown) {
  for (const Kind kind : {Kind::Closed, Kind::Timeout, Kind::Connect}) {
    deadlines.clear();
    script = {failure(kind)};
    const auto answer = call(Repeat::Never);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code,
              kind == Kind::Timeout ? ErrorCode::DeadlineExceeded : ErrorCode::Unavailable);
    EXPECT_TRUE(
        answer.error().message.ends_with("Whether the request was carried out is unknown."));
    EXPECT_EQ(deadlines.size(), 1U);
  }
}

TEST_F(HttpChannelTest, RepeatsAWriteThatCertainlyWasNotSent) {
  script = {failure(Kind::Connect, true), with_status(201)};
  EXPECT_TRUE(call(Repeat::Never));
  EXPECT_EQ(deadlines.size(), 2U);
}

TEST_F(HttpChannelTest, RepeatsOnlyWithinTheDeadline) {
  each_takes = 800ms;
  script = {failure(Kind::Timeout), with_status(200)};
  const auto answer = call(Repeat::Safe, 700ms);
  EXPECT_EQ(answer.error().rule, "banyan.deadline_exceeded");
  EXPECT_EQ(deadlines.size(), 1U);
}

TEST_F(HttpChannelTest, TellsTheSecondAttemptWhatIsLeft) {
  each_takes = 1500ms;
  script = {failure(Kind::Closed), with_status(200)};
  ASSERT_TRUE(call(Repeat::Safe, 3s));
  EXPECT_EQ(budgets, (std::vector<std::string>{"2000", "1500"}));
}

TEST_F(HttpChannelTest, StopsRepeatingWhenTheBudgetIsSpent) {
  make({.dependency = "catalog",
        .breaker = {.min_calls = 1000},
        .retry_ratio = 0.1,
        .retry_reserve = 3});
  for (int i = 0; i < 20; ++i) {
    script = {failure(Kind::Closed), failure(Kind::Closed)};
    EXPECT_FALSE(call(Repeat::Safe));
  }
  EXPECT_LE(deadlines.size(), 20U + 3U + 2U) << "three saved up and a tenth of twenty";
  EXPECT_GE(deadlines.size(), 20U + 3U);
}

TEST_F(HttpChannelTest, DoesNotRepeatAnswersThatNobodyCanRead) {
  for (const Kind kind : {Kind::Protocol, Kind::TooLarge}) {
    deadlines.clear();
    script = {failure(kind)};
    EXPECT_EQ(call(Repeat::Safe).error().rule, "banyan.unreadable_answer");
    EXPECT_EQ(deadlines.size(), 1U);
  }
}

TEST_F(HttpChannelTest, FailsAtOnceWhileTheBreakerIsOpen) {
  make({.dependency = "catalog", .breaker = {.min_calls = 2, .open_for = 5s}});
  script = {failure(Kind::Connect), with_status(503)};
  EXPECT_FALSE(call());
  EXPECT_TRUE(call()) << "a 503 is an answer, and its reader's to judge";
  deadlines.clear();

  const auto refused = call();

  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.error().rule, "banyan.circuit_open");
  EXPECT_TRUE(deadlines.empty());
  EXPECT_EQ(channel->breaker().state, CircuitBreaker::State::Open);
  clock.advance(5s);
  EXPECT_TRUE(call());
  EXPECT_TRUE(call());
  EXPECT_EQ(channel->breaker().state, CircuitBreaker::State::Closed);
}

TEST_F(HttpChannelTest, DoesNotBlameTheServiceForAProcessWithoutSockets) {
  make({.dependency = "catalog", .breaker = {.min_calls = 1}});
  for (int i = 0; i < 5; ++i) {
    script.push_back(failure(Kind::NoSocket, true));
    const auto refused = call();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().rule, "banyan.out_of_sockets");
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  }
  EXPECT_EQ(channel->breaker().state, CircuitBreaker::State::Closed);
  EXPECT_TRUE(call());
}

TEST_F(HttpChannelTest, DoesNotBlameTheServiceForACallerInAHurryOrARefusal) {
  make({.dependency = "catalog", .breaker = {.min_calls = 1}});
  each_takes = 50ms;
  script = {failure(Kind::Timeout)};
  EXPECT_FALSE(call(Repeat::Never, 10ms));
  script = {with_status(500), with_status(429), with_status(404), failure(Kind::Request)};
  EXPECT_TRUE(call());
  EXPECT_TRUE(call());
  EXPECT_TRUE(call());
  EXPECT_EQ(call().error().rule, "banyan.unsendable");

  EXPECT_EQ(channel->breaker().state, CircuitBreaker::State::Closed);
}

}  // namespace
