// SPDX-License-Identifier: Apache-2.0
#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
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

}  // namespace
}  // namespace banyan::strangler
