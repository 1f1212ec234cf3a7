// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <stdexcept>

#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;

/// The machine's clock, which breaks as often as it is told to.
class BreakingClock final : public Clock {
 public:
  Timestamp now() const override { return system_clock().now(); }
  SteadyTime steady() const override {
    if (breaks > 0 && breaks-- > 0) throw std::runtime_error("no time");
    return system_clock().steady();
  }
  mutable std::atomic<int> breaks = 0;
};

class AFaultOfTheRelay : public RelayTest {
 protected:
  /// The upstream answers one request.
  test::Seen get_answered() {
    test::Peer client = this->client();
    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    test::Peer peer = upstream_.accept();
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    return test::read_answer(client);
  }
  BreakingClock clock_;
};

TEST_F(AFaultOfTheRelay, BeforeTheRequestIsSentIsAnsweredWith500AndBlamesNoUpstream) {
  serve({upstream_.port()}, clock_);
  for (int i = 0; i < 10; ++i) {
    clock_.breaks = 1;
    const test::Seen seen = get("/a");
    EXPECT_EQ(seen.status, 500u);
    EXPECT_THAT(seen.body, HasSubstr("proxy.fault"));
    const Outcome told = outcome();
    EXPECT_EQ(told.failure, ForwardFailure::Fault);
    EXPECT_FALSE(told.upstream_failed());
  }
  EXPECT_EQ(faults_, 10);
  EXPECT_TRUE(group().healthy());
  EXPECT_EQ(get_answered().status, 200u);
}

TEST_F(AFaultOfTheRelay, WhileATunnelIsOpenedCutsIt) {
  serve();
  application_->on_tunnel = [](const auto&) -> std::shared_ptr<void> {
    throw std::runtime_error("no tunnel");
  };
  test::Peer client = this->client();
  client.send(
      "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  test::Peer peer = upstream_.accept();
  peer.read_head();
  peer.send(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(outcome().failure, ForwardFailure::Fault);
  EXPECT_EQ(faults_, 1);
  EXPECT_EQ(get_answered().status, 200u);
}

TEST_F(AFaultOfTheRelay, WhenItsOutcomeIsTakenConcernsNobodyElse) {
  serve();
  application_->outcome_breaks = true;
  test::Peer client = this->client();
  client.send("GET /breaks HTTP/1.1\r\nHost: a\r\n\r\n");
  test::Peer peer = upstream_.accept();
  peer.read_head();
  peer.reset();
  EXPECT_EQ(test::read_answer(client).status, 500u);
  EXPECT_EQ(get_answered().status, 200u);
}

}  // namespace
}  // namespace banyan::strangler
