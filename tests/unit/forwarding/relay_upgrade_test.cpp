// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

using namespace std::chrono_literals;
using test::Peer;

constexpr std::string_view kAsk =
    "GET /chat HTTP/1.1\r\nHost: shop\r\nConnection: keep-alive, Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kGrant =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: x\r\n\r\n";

class AWebSocket : public RelayTest {
 protected:
  struct Ends {
    Peer client;
    Peer upstream;
  };
  Ends open() {
    serve();
    Peer client = this->client();
    client.send(kAsk);
    Peer upstream = upstream_.accept();
    EXPECT_NE(upstream.read_head().find("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"),
              std::string::npos);
    upstream.send(kGrant);
    const std::string head = client.read_head();
    EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
    EXPECT_NE(head.find("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"), std::string::npos);
    EXPECT_NE(head.find("\r\nSec-WebSocket-Accept: x\r\n"), std::string::npos);
    return {std::move(client), std::move(upstream)};
  }
};

TEST_F(AWebSocket, CarriesBytesBothWaysAsTheyAre) {
  Ends ends = open();
  const std::string frame = "\x81\x05hello GET / HTTP/1.1\r\n\r\n";
  ends.client.send(frame);
  EXPECT_EQ(ends.upstream.read_exactly(frame.size()), frame);
  const std::string large(1'000'000, 'x');
  std::size_t given = 0;
  std::size_t read = 0;
  while (read < large.size()) {
    given += ends.upstream.send_until_stalled(std::string_view(large).substr(given), 0ms);
    ends.client.skip_exactly(std::min<std::size_t>(50'000, large.size() - read));
    read += std::min<std::size_t>(50'000, large.size() - read);
  }
  ends.client.send("more");
  EXPECT_EQ(ends.upstream.read_exactly(4), "more");
}

TEST_F(AWebSocket, TakesWhatTheUpstreamSaysWithItsGrant) {
  serve();
  Peer client = this->client();
  client.send(kAsk);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send(std::string(kGrant) + "first words");
  client.read_head();
  EXPECT_EQ(client.read_exactly(11), "first words");
}

/// What an upstream that knows nothing of upgrades reads behind the head must be a body to it.
TEST_F(AWebSocket, IsNoWayToHideARequestInABody) {
  serve();
  Peer client = this->client();
  const std::string hidden = "GET /admin HTTP/1.1\r\nHost: internal\r\n\r\n";
  client.send(
      "GET /chat HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Content-Length: " +
      std::to_string(hidden.size()) + "\r\n\r\n" + hidden);
  Peer upstream = upstream_.accept();
  const std::string head = upstream.read_head();
  EXPECT_NE(head.find("\r\nContent-Length: " + std::to_string(hidden.size()) + "\r\n"),
            std::string::npos)
      << head;
  EXPECT_EQ(upstream.read_exactly(hidden.size()), hidden);
}

TEST_F(AWebSocket, WhoseClientHasEndedItsSideStillHasATimeOut) {
  tunnel_time_ = 200ms;
  Ends ends = open();
  ends.client.shut_sending();
  ends.client.read_to_end();
  EXPECT_EQ(outcome().status, 101U);
}

TEST_F(AWebSocket, EndsWhenTheUpstreamEndsIt) {
  Ends ends = open();
  ends.upstream.send("bye");
  ends.upstream.close();
  const Peer::Rest rest = ends.client.read_to_end();
  EXPECT_EQ(rest.text, "bye");
  EXPECT_FALSE(rest.reset);
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::None);
  EXPECT_EQ(outcome.status, 101U);
}

TEST_F(AWebSocket, EndsWhenTheClientEndsItAndTheUpstreamHasHadItsSay) {
  Ends ends = open();
  ends.client.send("last words");
  ends.client.shut_sending();
  EXPECT_EQ(ends.upstream.read_to_end().text, "last words");
  ends.upstream.send("and an answer");
  ends.upstream.close();
  EXPECT_EQ(ends.client.read_to_end().text, "and an answer");
  EXPECT_EQ(outcome().failure, ForwardFailure::None);
}

TEST_F(AWebSocket, ThatTheClientBreaksOffIsNobodysFailure) {
  Ends ends = open();
  ends.client.reset();
  EXPECT_EQ(ends.upstream.read_to_end().text, "");
  EXPECT_EQ(outcome().failure, ForwardFailure::ClientGone);
}

TEST_F(AWebSocket, CanBeEndedFromOutsideAfterWhatIsOnItsWay) {
  serve();
  auto kept = std::make_shared<int>();
  std::promise<std::function<void()>> begun;
  application_->on_tunnel = [&, given = kept](std::function<void()> end) {
    begun.set_value(std::move(end));
    return given;
  };
  Peer client = this->client();
  client.send(kAsk);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send(kGrant);
  client.read_head();
  const std::function<void()> end = begun.get_future().get();
  const std::string much(64'000'000, 'x');
  const std::size_t given = upstream.send_until_stalled(much, 100ms);
  ASSERT_LT(given, much.size()) << "a piece is on its way to the client, who does not read";

  std::promise<void> told;
  server_->loop(0).post([&] {
    end();
    told.set_value();
  });
  told.get_future().wait();

  const Peer::Rest rest = client.read_to_end();
  EXPECT_FALSE(rest.reset);
  EXPECT_GT(rest.text.size(), 0U);
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::None);
  EXPECT_EQ(outcome.answer_bytes, rest.text.size());
  application_->on_tunnel = nullptr;
  EXPECT_EQ(kept.use_count(), 1) << "let go at the end";
}

TEST_F(AWebSocket, StaysOpenLongerThanAnAnswerMayTake) {
  Ends ends = open();
  // The upstream has 400 ms for the first byte of an answer; this is not one any more.
  EXPECT_FALSE(upstream_.accept_within(600ms));
  ends.upstream.send("still there");
  EXPECT_EQ(ends.client.read_exactly(11), "still there");
}

TEST_F(AWebSocket, ThatIsRefusedLeavesAnOrdinaryConnection) {
  serve();
  Peer client = this->client();
  client.send(kAsk);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno");
  const test::Seen seen = test::read_answer(client);
  EXPECT_EQ(seen.status, 426U);
  EXPECT_EQ(seen.body, "no");
  client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(test::read_answer(client).body, "ok");
}

TEST_F(AWebSocket, GrantedAsSomethingElseIs502) {
  serve();
  Peer client = this->client();
  client.send(kAsk);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\nsecret");
  const test::Seen seen = test::read_answer(client);
  EXPECT_EQ(seen.status, 502U);
  EXPECT_EQ(seen.body.find("secret"), std::string::npos);
}

class AnUpgradeThatIsNoneOfOurs : public RelayTest,
                                  public testing::WithParamInterface<const char*> {};

TEST_P(AnUpgradeThatIsNoneOfOurs, GoesOnAsAnOrdinaryRequest_RFC9110_7_8) {
  serve();
  Peer client = this->client();
  client.send(GetParam());
  Peer upstream = upstream_.accept();
  const std::string head = upstream.read_head();
  EXPECT_EQ(head.find("Upgrade"), std::string::npos) << head;
  upstream.send(kGrant);
  EXPECT_EQ(test::read_answer(client).status, 502U) << "a 101 that nobody asked for";
}

INSTANTIATE_TEST_SUITE_P(
    Of, AnUpgradeThatIsNoneOfOurs,
    testing::Values("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                    "Upgrade: websocket, h2c\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
                    "GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\n"
                    "Upgrade: websocket\r\n\r\n",
                    "DELETE / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                    "Upgrade: websocket\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                    "Upgrade: websocket\r\nContent-Length: 5\r\n\r\nhello",
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                    "Upgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));

}  // namespace
}  // namespace banyan::strangler
