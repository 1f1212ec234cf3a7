// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
/// The next request comes on a connection of its own.
constexpr std::string_view kLastAnswer =
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone";
constexpr std::string_view kGetX = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kPostWhole =
    "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabcd";

/// One request at a time at the only instance.
class AFullUpstream : public RelayTest {
 protected:
  AFullUpstream() {
    rules_.max_requests = 1;
    serve();
  }
};

TEST_F(AFullUpstream, IsNotAskedAndTheClientHearsSoAtOnce) {
  test::Peer first = client();
  first.send(kGetX);
  test::Peer server = upstream_.accept();
  server.read_head();

  const test::Seen refused = get("/x");
  EXPECT_EQ(refused.status, 503u);
  EXPECT_NE(refused.body.find("proxy.upstream_full"), std::string::npos) << refused.body;
  EXPECT_NE(refused.field("Retry-After"), "");
  const Outcome told = outcome();
  EXPECT_EQ(told.failure, ForwardFailure::Overloaded);
  EXPECT_EQ(told.attempts, 0u);

  server.send(kAnswer);
  EXPECT_EQ(test::read_answer(first).body, "done");
  outcome();
  first.send(kGetX);
  server.read_head();
  server.send(kAnswer);
  EXPECT_EQ(test::read_answer(first).body, "done") << "there is room again";
}

TEST_F(AFullUpstream, HasRoomAgainWhenAClientGoesAway) {
  test::Peer first = client();
  first.send(kGetX);
  test::Peer server = upstream_.accept();
  server.read_head();
  EXPECT_EQ(group().status()[0].in_flight, 1u);
  first.close();
  EXPECT_EQ(outcome().failure, ForwardFailure::ClientGone);
  EXPECT_EQ(group().status()[0].in_flight, 0u);
}

TEST_F(AFullUpstream, HasRoomAgainWhenAnAnswerBreaksOff) {
  test::Peer first = client();
  first.send(kGetX);
  {
    test::Peer server = upstream_.accept();
    server.read_head();
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\ndone");
  }
  EXPECT_EQ(outcome().failure, ForwardFailure::Truncated);
  EXPECT_EQ(group().status()[0].in_flight, 0u);
}

/// Half of the places at the only instance are for uploads that are not whole.
class UploadsThatAreHeldOpen : public RelayTest {
 protected:
  void room_for(std::uint32_t requests) {
    rules_.max_requests = requests;
    serve();
  }

  /// A client that has sent a part of its body; the upstream's end of it.
  struct Held {
    test::Peer client;
    test::Peer server;
  };
  /// Each client has an address of its own: 127.0.0.1 and so on.
  test::Peer half_sent(std::uint8_t address) const {
    test::Peer peer = test::Peer::connect_from(address, server_->port());
    peer.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab");
    return peer;
  }
  Held hold(std::uint8_t address) {
    test::Peer peer = half_sent(address);
    test::Peer server = upstream_.accept();
    server.read_head();
    return {std::move(peer), std::move(server)};
  }
  void expect_no_place_for(std::uint8_t address) {
    test::Peer peer = half_sent(address);
    const test::Seen refused = test::read_answer(peer);
    EXPECT_EQ(refused.status, 503u) << static_cast<int>(address);
    EXPECT_NE(refused.body.find("proxy.upstream_full"), std::string::npos) << refused.body;
    EXPECT_EQ(outcome().attempts, 0u);
  }
  void expect_served(std::uint8_t address, std::string_view request) {
    test::Peer peer = test::Peer::connect_from(address, server_->port());
    peer.send(request);
    std::optional<test::Peer> server = upstream_.accept_within(std::chrono::seconds(8));
    if (!server) {
      ADD_FAILURE() << "it is not passed on: " << test::read_answer(peer).body;
      return;
    }
    server->read_head();
    server->send(kLastAnswer);
    EXPECT_EQ(test::read_answer(peer).body, "done");
    outcome();
  }
  void expect_served_to_the_end(Held& held) {
    held.client.send("cd");
    EXPECT_EQ(held.server.read_until("cd"), "abcd");
    held.server.send(kLastAnswer);
    EXPECT_EQ(test::read_answer(held.client).body, "done");
    outcome();
  }
};

TEST_F(UploadsThatAreHeldOpen, LeaveRoomForThoseWhoWaitForTheUpstreamOnly) {
  room_for(4);
  Held first = hold(1);
  const Held second = hold(2);
  expect_no_place_for(3);
  expect_served(3, kGetX);
  expect_served(3, kPostWhole);

  expect_served_to_the_end(first);
  hold(1);
}

TEST_F(UploadsThatAreHeldOpen, OfTwoClientsLeaveAThirdOneAPlace) {
  room_for(8);
  std::vector<Held> held;
  held.push_back(hold(1));
  held.push_back(hold(1));
  expect_no_place_for(1);
  held.push_back(hold(2));
  expect_no_place_for(2);
  expect_no_place_for(1);

  Held third = hold(3);
  expect_served(3, kPostWhole);
  expect_served_to_the_end(third);
  expect_served_to_the_end(held.front());
  held.push_back(hold(2));
}

TEST_F(UploadsThatAreHeldOpen, CountAsRequestsOnceTheyAreWhole) {
  room_for(4);
  Held first = hold(1);
  const Held second = hold(2);
  first.client.send("cd");
  EXPECT_EQ(first.server.read_until("cd"), "abcd");
  // That it was the end is known a moment after the last byte.
  std::optional<test::Peer> third;
  while (!third) {
    const test::Peer peer = half_sent(1);
    third = upstream_.accept_within(std::chrono::milliseconds(100));
    if (third) {
      EXPECT_EQ(group().status()[0].in_flight, 3u);
    }
  }
}

}  // namespace
}  // namespace banyan::strangler
