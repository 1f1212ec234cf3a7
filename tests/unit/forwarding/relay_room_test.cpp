// SPDX-License-Identifier: Apache-2.0
#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
/// The next request comes on a connection of its own.
constexpr std::string_view kLastAnswer =
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone";
constexpr std::string_view kGetX = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

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

/// Four requests at a time at the only instance, and so two uploads that are not whole.
class UploadsThatAreHeldOpen : public RelayTest {
 protected:
  UploadsThatAreHeldOpen() {
    rules_.max_requests = 4;
    serve();
  }

  /// A client that has sent a part of its body; the upstream's end of it.
  struct Held {
    test::Peer client;
    test::Peer server;
  };
  Held hold() {
    test::Peer peer = client();
    peer.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab");
    test::Peer server = upstream_.accept();
    server.read_head();
    return {std::move(peer), std::move(server)};
  }
  test::Seen post() {
    test::Peer peer = client();
    peer.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabcd");
    return test::read_answer(peer);
  }
};

TEST_F(UploadsThatAreHeldOpen, LeaveRoomForThoseWhoWaitForTheUpstreamOnly) {
  Held first = hold();
  const Held second = hold();
  const test::Seen refused = post();
  EXPECT_EQ(refused.status, 503u);
  EXPECT_NE(refused.body.find("proxy.upstream_full"), std::string::npos) << refused.body;
  outcome();

  test::Peer reader = client();
  reader.send(kGetX);
  test::Peer server = upstream_.accept();
  server.read_head();
  server.send(kLastAnswer);
  EXPECT_EQ(test::read_answer(reader).body, "done");
  outcome();

  first.client.send("cd");
  first.server.send(kLastAnswer);
  EXPECT_EQ(test::read_answer(first.client).body, "done");
  outcome();
  hold();
}

TEST_F(UploadsThatAreHeldOpen, CountAsRequestsOnceTheyAreWhole) {
  Held first = hold();
  const Held second = hold();
  first.client.send("cd");
  EXPECT_EQ(first.server.read_until("cd"), "abcd");
  // That it was the end is known a moment after the last byte.
  std::optional<test::Peer> third;
  while (!third) {
    test::Peer peer = client();
    peer.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab");
    third = upstream_.accept_within(std::chrono::milliseconds(100));
    if (third) {
      EXPECT_EQ(group().status()[0].in_flight, 3u);
    }
  }
}

}  // namespace
}  // namespace banyan::strangler
