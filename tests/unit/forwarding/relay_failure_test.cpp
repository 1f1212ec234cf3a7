// SPDX-License-Identifier: Apache-2.0
#include <future>
#include <string>
#include <thread>

#include "relay_fixture.hpp"
#include "support/deaf_port.hpp"

namespace banyan::strangler {
namespace {

using namespace std::chrono_literals;
using test::Listener;
using test::Peer;
using test::read_answer;
using test::Seen;

constexpr std::string_view kPost =
    "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

using AFailure = RelayTest;

TEST_F(AFailure, NobodyThereIs503) {
  serve({test::deaf_port()});
  const Seen seen = get("/");
  EXPECT_EQ(seen.status, 503u);
  EXPECT_EQ(seen.field("Content-Type"), "application/problem+json");
  EXPECT_NE(seen.body.find("proxy.upstream_unreachable"), std::string::npos) << seen.body;
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::Unreachable);
  EXPECT_TRUE(outcome.upstream_failed());
  EXPECT_FALSE(outcome.from_upstream);
}

TEST_F(AFailure, SilenceIs504) {
  answer_time_ = 400ms;
  serve();
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.status, 504u);
  EXPECT_NE(seen.body.find("proxy.upstream_timeout"), std::string::npos) << seen.body;
  EXPECT_EQ(outcome().failure, ForwardFailure::Timeout);
}

TEST_F(AFailure, ADeadlineThatPassesIs504) {
  serve();
  application_->budget = 50ms;
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  EXPECT_EQ(read_answer(client).status, 504u);
}

TEST_F(AFailure, OfAnotherInstanceThatUsedUpTheTimeLeavesThisOneNoBlame) {
  test::Listener other;
  serve({upstream_.port(), other.port()});
  application_->budget = 2s;
  application_->safe_to_repeat = true;
  Peer client = this->client();
  client.send(kGet);
  {
    Peer slow = upstream_.accept();
    slow.read_head();
    EXPECT_FALSE(application_->outcome_within(1200ms)) << "then it closes";
  }
  const Peer late = other.accept();
  EXPECT_EQ(read_answer(client).status, 504u);
  EXPECT_EQ(outcome().failure, ForwardFailure::Timeout);
  EXPECT_EQ(group().status()[0].failures, 1U);
  EXPECT_EQ(group().status()[1].failures, 0U);
}

TEST_F(AFailure, AnEndWithoutAnAnswerIs502AndNotTriedAgain) {
  serve();
  Peer client = this->client();
  client.send(kPost);
  {
    Peer upstream = upstream_.accept();
    upstream.read_head();
    upstream.read_exactly(5);
  }
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.status, 502u);
  EXPECT_NE(seen.body.find("proxy.upstream_closed"), std::string::npos) << seen.body;
  EXPECT_NE(seen.body.find("unknown"), std::string::npos) << "it may have been carried out";
  EXPECT_FALSE(upstream_.accept_within(100ms).has_value()) << "a write is never sent twice";
  EXPECT_EQ(outcome().attempts, 1u);
}

class AMalformedAnswer : public RelayTest, public testing::WithParamInterface<const char*> {};

TEST_P(AMalformedAnswer, Is502AndNothingOfItReachesTheClient) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send(GetParam());
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.status, 502u);
  EXPECT_NE(seen.body.find("proxy.upstream_protocol"), std::string::npos) << seen.body;
  EXPECT_EQ(seen.head.find("evil"), std::string::npos);
  EXPECT_EQ(outcome().failure, ForwardFailure::Protocol);
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind, AMalformedAnswer,
    testing::Values(
        "HTTP/1.1 2x0 evil\r\n\r\n", "SSH-2.0-evil\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nevil",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nevil",
        "HTTP/1.1 200 OK\r\nevil : 1\r\n\r\n", "HTTP/1.1 200 OK\nevil: 1\n\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\nConnection: Upgrade\r\n\r\n"));

class ATruncatedAnswer : public RelayTest, public testing::WithParamInterface<const char*> {};

TEST_P(ATruncatedAnswer, NeverLooksComplete_RFC9112_8) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  {
    Peer upstream = upstream_.accept();
    upstream.read_head();
    upstream.send(GetParam());
  }
  const std::string head = client.read_head();
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 "));
  const Peer::Rest rest = client.read_to_end();
  EXPECT_EQ(rest.text.find("0\r\n\r\n"), std::string::npos) << "no last chunk";
  EXPECT_LT(rest.text.size(), 100u);
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::Truncated);
  EXPECT_TRUE(outcome.upstream_failed());
  EXPECT_EQ(group().status()[0].failures, 1u);
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind, ATruncatedAnswer,
    testing::Values("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalfXX"));

TEST_F(AFailure, ARequestThatWasNotSentGoesToAnotherInstanceWithItsBody) {
  serve({test::deaf_port(), upstream_.port()});
  Peer client = this->client();
  client.send(kPost);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  EXPECT_EQ(upstream.read_exactly(5), "hello");
  upstream.send(kOk);
  EXPECT_EQ(read_answer(client).status, 200u);
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.attempts, 2u);
  EXPECT_EQ(outcome.failure, ForwardFailure::None);
  EXPECT_EQ(group().status()[0].failures, 1u);
  EXPECT_EQ(group().status()[1].failures, 0u);
}

TEST_F(AFailure, ASafeRequestIsAskedAgainElsewhere) {
  Listener other;
  serve({upstream_.port(), other.port()});
  application_->safe_to_repeat = true;
  Peer client = this->client();
  client.send(kGet);
  {
    Peer upstream = upstream_.accept();
    upstream.read_head();
  }
  Peer upstream = other.accept();
  upstream.read_head();
  upstream.send(kOk);
  EXPECT_EQ(read_answer(client).body, "ok");
  EXPECT_EQ(outcome().attempts, 2u);
}

TEST_F(AFailure, IsNotCalledUnsentWhenAnEarlierAttemptMayHaveArrived) {
  serve({upstream_.port(), test::deaf_port()});
  application_->safe_to_repeat = true;
  std::optional<SideFailure> told;
  application_->in_place = [&](const SideFailure& failure) -> std::optional<OtherSide> {
    told = failure;
    return std::nullopt;
  };
  Peer client = this->client();
  client.send(kGet);
  {
    Peer upstream = upstream_.accept();
    upstream.read_head();
  }
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.status, 503u);
  EXPECT_NE(seen.body.find("carried out is unknown"), std::string::npos) << seen.body;
  EXPECT_EQ(outcome().attempts, 2u);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->failure, ForwardFailure::Unreachable);
  EXPECT_FALSE(told->provably_unsent) << "another side would do it a second time";
}

TEST_F(AFailure, IsNotCalledUnsentWhenAKeptConnectionMayHaveBroughtTheRequest) {
  auto first = std::make_unique<Listener>();
  serve({first->port()});
  application_->safe_to_repeat = true;
  Peer client = this->client();
  client.send(kGet);
  Peer kept = first->accept();
  kept.read_head();
  kept.send(kOk);
  ASSERT_EQ(read_answer(client).status, 200u);
  client.send(kGet);
  kept.read_head();
  first.reset();
  kept.close();
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.status, 503u);
  EXPECT_NE(seen.body.find("carried out is unknown"), std::string::npos) << seen.body;
}

TEST_F(AFailure, EveryInstanceIsTriedOnceBeforeTheClientHearsOfIt) {
  serve({test::deaf_port(), test::deaf_port(), test::deaf_port()});
  EXPECT_EQ(get("/").status, 503u);
  EXPECT_EQ(outcome().attempts, 3u);
}

TEST_F(AFailure, OfTwoInstancesOutOfThreeIsSeenByNoReaderAndNoWriter) {
  serve({test::deaf_port(), test::deaf_port(), upstream_.port()});
  std::jthread upstream([&] {
    for (int i = 0; i < 60; ++i) {
      Peer peer = upstream_.accept();
      if (peer.read_head().starts_with("POST")) peer.read_exactly(5);
      peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  for (int i = 0; i < 60; ++i) {
    Peer client = this->client();
    client.send(i % 2 == 0 ? kGet : kPost);
    EXPECT_EQ(read_answer(client).status, 200u) << "request " << i;
    outcome();
  }
}

TEST_F(AFailure, OnlyOneMoreAttemptIsMadeOfWhatMayHaveArrived) {
  Listener second;
  Listener third;
  serve({upstream_.port(), second.port(), third.port()});
  application_->safe_to_repeat = true;
  Peer client = this->client();
  client.send(kGet);
  upstream_.accept().read_head();
  second.accept().read_head();
  EXPECT_EQ(read_answer(client).status, 502u);
  EXPECT_EQ(outcome().attempts, 2u);
  EXPECT_FALSE(third.accept_within(50ms));
}

TEST_F(AFailure, OfTheBreakerIs503WithoutASocket) {
  rules_.breaker = upstream::BreakerRules{.min_calls = 2, .open_for = 60s};
  serve({test::deaf_port()});
  EXPECT_EQ(get("/").status, 503u);
  EXPECT_EQ(get("/").status, 503u);
  EXPECT_EQ(outcome().failure, ForwardFailure::Unreachable);
  EXPECT_EQ(outcome().failure, ForwardFailure::Unreachable);
  const Seen seen = get("/");
  EXPECT_EQ(seen.status, 503u);
  EXPECT_NE(seen.body.find("proxy.circuit_open"), std::string::npos) << seen.body;
  EXPECT_NE(seen.field("Retry-After"), "");
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::CircuitOpen);
  EXPECT_EQ(outcome.attempts, 0u);
  EXPECT_EQ(group().status()[0].requests, 2u);
}

TEST_F(AFailure, OfOurOwnLimitBlamesNobody) {
  connections_.limits.fields = 20;
  connections_.limits.head_bytes = 4096;
  rules_.health.consecutive_failures = 1;
  rules_.breaker = upstream::BreakerRules{.min_calls = 1};
  serve();
  std::string fields;
  for (int i = 0; i < 21; ++i) fields += "X-Field-" + std::to_string(i) + ": x\r\n";
  for (const std::string& head : {fields, "X: " + std::string(5000, 'x') + "\r\n"}) {
    Peer client = this->client();
    client.send(kGet);
    Peer upstream = upstream_.accept();
    upstream.read_head();
    upstream.send("HTTP/1.1 200 OK\r\n" + head + "Content-Length: 0\r\n\r\n");
    const Seen seen = read_answer(client);
    EXPECT_EQ(seen.status, 502u);
    EXPECT_NE(seen.body.find("proxy.answer_too_large"), std::string::npos) << seen.body;
    EXPECT_NE(seen.body.find("max_answer_head"), std::string::npos) << seen.body;
    const Outcome outcome = this->outcome();
    EXPECT_EQ(outcome.failure, ForwardFailure::AnswerTooLarge);
    EXPECT_FALSE(outcome.upstream_failed());
  }
  EXPECT_EQ(group().status()[0].failures, 0u);
  EXPECT_EQ(group().status()[0].state, upstream::InstanceState::Healthy);
  EXPECT_EQ(group().report().breaker->state, upstream::CircuitBreaker::State::Closed);
}

TEST_F(AFailure, IsNotAHeadOfManyFields) {
  serve();
  std::string fields;
  for (int i = 0; i < 150; ++i) {
    fields += "X-Field-" + std::to_string(i) + ": " + std::string(300, 'x') + "\r\n";
  }
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 2\r\n\r\nok");
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.status, 200u) << seen.body;
  EXPECT_EQ(seen.field("X-Field-149"), std::string(300, 'x'));
  EXPECT_EQ(seen.body, "ok");
}

TEST_F(AFailure, AStaleKeptConnectionCostsNoRequest) {
  serve();
  application_->safe_to_repeat = true;
  std::jthread upstream([&] {
    for (int i = 0; i < 20; ++i) {
      Peer peer = upstream_.accept();
      peer.read_head();
      peer.send(kOk);
    }
  });
  for (int i = 0; i < 20; ++i) ASSERT_EQ(get("/").status, 200u) << "request " << i;
  EXPECT_EQ(group().status()[0].failures, 0u);
}

TEST_F(AFailure, WhatAnUpstreamSaysUnaskedIsNoAnswerEvenIfItIsFoundTogetherWithARequest) {
  serve();
  std::promise<void> held;
  std::promise<void> released;
  application_->instead = [&](http::Exchange& exchange) {
    if (exchange.head().target != "/hold") return false;
    held.set_value();
    released.get_future().wait();
    exchange.respond({});
    return true;
  };
  Peer client = this->client();
  client.send(kGet);
  Peer kept = upstream_.accept();
  kept.read_head();
  kept.send(kOk);
  EXPECT_EQ(read_answer(client).body, "ok");

  // While the loop is busy elsewhere both come in, the request first.
  Peer other = this->client();
  other.send("GET /hold HTTP/1.1\r\nHost: shop\r\n\r\n");
  held.get_future().wait();
  client.send(kGet);
  kept.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  released.set_value();

  Peer fresh = upstream_.accept();
  fresh.read_head();
  fresh.send(kOk);
  EXPECT_EQ(read_answer(client).body, "ok");
}

TEST_F(AFailure, WhatAnUpstreamSaysBehindItsAnswerIsNotTheNextOne) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  Peer kept = upstream_.accept();
  kept.read_head();
  // One read brings the answer and leaves what follows it in the socket.
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: ";
  std::string answer = head + "16342\r\n\r\n";
  answer.append(16'342, 'x');
  ASSERT_EQ(answer.size(), 16u * 1024);
  client.send(kGet);
  kept.send(answer + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  EXPECT_EQ(read_answer(client).body.size(), 16'342u);
  Peer fresh = upstream_.accept();
  fresh.read_head();
  fresh.send(kOk);
  EXPECT_EQ(read_answer(client).body, "ok");
}

TEST_F(AFailure, AnUpstreamThatComesBackIsUsedAgain) {
  auto first = std::make_unique<Listener>();
  const std::uint16_t port = first->port();
  serve({port});
  first.reset();
  EXPECT_EQ(get("/").status, 503u);
  EXPECT_EQ(get("/").status, 503u);
  EXPECT_EQ(group().status()[0].failures, 2u);
}

TEST_F(AFailure, AClientThatGoesAwayCancelsTheUpstreamAndBlamesNobody) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  client.close();
  EXPECT_EQ(upstream.read_to_end().text, "") << "the upstream sees the end";
  const Outcome outcome = this->outcome();
  EXPECT_TRUE(outcome.aborted_by_client());
  EXPECT_FALSE(outcome.upstream_failed());
  EXPECT_EQ(outcome.status, 0u);
  EXPECT_EQ(group().status()[0].failures, 0u);
}

TEST_F(AFailure, AClientThatGoesAwayInItsUploadBlamesNobody) {
  serve();
  Peer client = this->client();
  client.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\nfirst");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.read_exactly(5);
  client.reset();
  EXPECT_EQ(upstream.read_to_end().text, "");
  EXPECT_TRUE(outcome().aborted_by_client());
  EXPECT_EQ(group().status()[0].failures, 0u);
}

TEST_F(AFailure, AClientThatGoesAwayInItsAnswerBlamesNobody) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome");
  client.read_head();
  client.reset();
  EXPECT_EQ(upstream.read_to_end().text, "");
  const Outcome outcome = this->outcome();
  EXPECT_TRUE(outcome.aborted_by_client());
  EXPECT_EQ(outcome.status, 200u);
  EXPECT_EQ(group().status()[0].failures, 0u);
}

}  // namespace
}  // namespace banyan::strangler
