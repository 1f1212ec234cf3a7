// SPDX-License-Identifier: Apache-2.0
#include <future>
#include <string>

#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

using namespace std::chrono_literals;
using test::Peer;
using test::read_answer;
using test::Seen;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

using TheRelay = RelayTest;

TEST_F(TheRelay, DoesNotLetACutAnswerLookWholeToAClientThatOnlySeesItEnd) {
  serve();
  Peer client = this->client();
  client.send("GET / HTTP/1.0\r\nHost: shop\r\n\r\n");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npiece\r\n");
  client.read_until("piece");
  client.shut_sending();
  EXPECT_TRUE(client.read_to_end().reset);
  EXPECT_EQ(outcome().failure, ForwardFailure::ClientGone);
}

TEST_F(TheRelay, RefusesAHeadRequestWithoutABody_RFC9110_9_3_2) {
  serve();
  Peer client = this->client();
  client.send("HEAD / HTTP/1.1\r\n\r\n");
  const std::string answer = client.read_to_end().text;
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(TheRelay, PassesTargetMethodAndFieldsOnAndTheAnswerBack) {
  serve();
  Peer client = this->client();
  client.send(
      "PATCH /a%20b/../c;v=1?x=%2F&y HTTP/1.1\r\nHost: shop\r\nX-Mine: 1\r\n"
      "Banyan-Principal: admin\r\nConnection: X-Gone\r\nX-Gone: 1\r\n"
      "Content-Length: 3\r\n\r\nabc");
  Peer upstream = upstream_.accept();
  const std::string head = upstream.read_head();
  EXPECT_TRUE(head.starts_with("PATCH /a%20b/../c;v=1?x=%2F&y HTTP/1.1\r\n")) << head;
  EXPECT_NE(head.find("\r\nX-Mine: 1\r\n"), std::string::npos);
  EXPECT_NE(head.find("\r\nX-Forwarded-For: 127.0.0.1\r\n"), std::string::npos);
  EXPECT_NE(head.find("\r\nVia: 1.1 banyan-"), std::string::npos);
  EXPECT_NE(head.find("\r\nContent-Length: 3\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Banyan-Principal"), std::string::npos);
  EXPECT_EQ(head.find("X-Gone"), std::string::npos);
  EXPECT_EQ(upstream.read_exactly(3), "abc");
  upstream.send(
      "HTTP/1.1 418 Short and stout\r\nX-Theirs: 2\r\nConnection: X-Inner\r\nX-Inner: 1\r\n"
      "Content-Length: 6\r\n\r\nteapot");
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.status, 418u);
  EXPECT_TRUE(seen.head.starts_with("HTTP/1.1 418 Short and stout\r\n")) << seen.head;
  EXPECT_EQ(seen.field("X-Theirs"), "2");
  EXPECT_EQ(seen.field("X-Inner"), "");
  EXPECT_NE(seen.field("X-Request-Id"), "");
  EXPECT_EQ(seen.body, "teapot");
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::None);
  EXPECT_EQ(outcome.status, 418u);
  EXPECT_TRUE(outcome.from_upstream);
  EXPECT_FALSE(outcome.upstream_failed());
  EXPECT_EQ(outcome.attempts, 1u);
}

TEST_F(TheRelay, KeepsConnectionsOnBothSides) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  for (int i = 0; i < 3; ++i) {
    upstream.read_head();
    upstream.send(kOk);
    EXPECT_EQ(read_answer(client).body, "ok");
    if (i < 2) client.send(kGet);
  }
  EXPECT_FALSE(upstream_.accept_within(0ms).has_value()) << "one connection was enough";
}

TEST_F(TheRelay, PassesPiecesOnAsTheyCome) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  const std::string head = client.read_head();
  EXPECT_NE(head.find("text/event-stream"), std::string::npos)
      << "the head does not wait for a body";
  for (const char* event : {"data: 1\n\n", "data: 2\n\n"}) {
    upstream.send("9\r\n" + std::string(event) + "\r\n");
    EXPECT_EQ(client.read_exactly(14), "9\r\n" + std::string(event) + "\r\n");
  }
  upstream.send("0\r\n\r\n");
  EXPECT_EQ(client.read_exactly(5), "0\r\n\r\n");
  EXPECT_EQ(outcome().failure, ForwardFailure::None);
}

TEST_F(TheRelay, AClientThatLeavesWithItsWholeAnswerWasServed) {
  serve();
  for (int i = 0; i < 20; ++i) {
    Peer client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
    Peer upstream = upstream_.accept();
    upstream.read_head();
    upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    read_answer(client);
    client.close();
    ASSERT_EQ(outcome().failure, ForwardFailure::None) << "round " << i;
  }
}

TEST_F(TheRelay, AnswersToHeadKeepTheirLengthAndHaveNoBody) {
  serve();
  Peer client = this->client();
  client.send("HEAD / HTTP/1.1\r\nHost: shop\r\n\r\n");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
  EXPECT_EQ(read_answer(client, true).field("Content-Length"), "12345");
  client.send(kGet);
  upstream.read_head();
  upstream.send("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n");
  EXPECT_EQ(read_answer(client).status, 304u);
  client.send(kGet);
  upstream.read_head();
  upstream.send("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(read_answer(client).status, 204u) << "both connections are still in step";
}

TEST_F(TheRelay, AnAnswerThatEndsWithItsConnectionGetsAnEndOfItsOwn) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  {
    Peer upstream = upstream_.accept();
    upstream.read_head();
    upstream.send("HTTP/1.0 200 OK\r\n\r\nold and open");
  }
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(seen.body, "old and open");
}

TEST_F(TheRelay, InterimAnswersGoOn_RFC9110_15_2) {
  serve();
  Peer client = this->client();
  client.send(kGet);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
  const std::string hints = client.read_head();
  EXPECT_TRUE(hints.starts_with("HTTP/1.1 103 ")) << hints;
  EXPECT_NE(hints.find("rel=preload"), std::string::npos);
  upstream.send(kOk);
  EXPECT_EQ(read_answer(client).body, "ok");
}

constexpr std::string_view kWaiting =
    "POST / HTTP/1.1\r\nHost: shop\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";

TEST_F(TheRelay, TheUpstreamDecidesAboutContinuing_RFC9110_10_1_1) {
  serve();
  Peer client = this->client();
  client.send(kWaiting);
  Peer upstream = upstream_.accept();
  EXPECT_NE(upstream.read_head().find("Expect: 100-continue"), std::string::npos);
  upstream.send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(client.read_head().starts_with("HTTP/1.1 100 "));
  client.send("body");
  EXPECT_EQ(upstream.read_exactly(4), "body");
  upstream.send(kOk);
  EXPECT_EQ(read_answer(client).body, "ok");
}

TEST_F(TheRelay, AnUpstreamThatDeclinesABodyIsNotSentIt_RFC9110_10_1_1) {
  serve();
  Peer client = this->client();
  client.send(kWaiting);
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(read_answer(client).status, 417u) << "and no 100 before it";
  EXPECT_EQ(upstream.read_to_end().text, "") << "not a byte of the body";
}

TEST_F(TheRelay, AnEarlyAnswerReachesAClientThatIsStillSending_RFC9112_9_5) {
  serve();
  Peer client = this->client();
  client.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\nfirst");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.read_exactly(5);
  upstream.send(
      "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhuge");
  const Seen seen = read_answer(client);
  EXPECT_EQ(seen.status, 413u);
  EXPECT_EQ(seen.body, "huge");
  EXPECT_EQ(outcome().failure, ForwardFailure::None);
}

TEST_F(TheRelay, ABrokenUploadIsNotSentOnAsAWholeOne) {
  serve();
  Peer client = this->client();
  client.send("POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  EXPECT_EQ(upstream.read_exactly(8), "3\r\nabc\r\n");
  client.send("zzz\r\n");
  EXPECT_EQ(read_answer(client).status, 400u);
  EXPECT_EQ(upstream.read_to_end().text, "") << "no last chunk";
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::BadRequest);
  EXPECT_FALSE(outcome.upstream_failed());
}

}  // namespace
}  // namespace banyan::strangler
