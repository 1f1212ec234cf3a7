// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <string_view>

#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

using test::Peer;

/// What comes after the body.
class Trailers : public RelayTest {
 protected:
  /// A request goes up to its head, an answer comes down to its head.
  void ask(std::string_view version, std::string_view request_fields, std::string_view request_body,
           std::string_view answer_fields) {
    serve();
    client_.emplace(client());
    client_->send("POST / HTTP/" + std::string(version) + "\r\nHost: shop\r\n" +
                  std::string(request_fields) + "\r\n" + std::string(request_body));
    peer_.emplace(upstream_.accept());
    request_head_ = peer_->read_head();
    if (answer_fields.empty()) return;
    peer_->send("HTTP/1.1 200 OK\r\n" + std::string(answer_fields) + "\r\n");
    answer_head_ = client_->read_head();
  }
  /// A chunked body with all that comes after it.
  static std::string body_at(Peer& peer) {
    const std::string chunks = peer.read_until("0\r\n");
    return chunks + peer.read_until("\r\n\r\n");
  }

  static constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";
  std::optional<Peer> client_;
  std::optional<Peer> peer_;
  std::string request_head_;
  std::string answer_head_;
};

TEST_F(Trailers, OfARequestReachTheUpstream) {
  ask("1.1", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
      "2\r\nok\r\n0\r\nX-Sum: 7\r\nX-Late:  y\r\n\r\n", {});
  EXPECT_NE(request_head_.find("\r\nTrailer: X-Sum\r\n"), std::string::npos) << request_head_;
  EXPECT_EQ(body_at(*peer_), "2\r\nok\r\n0\r\nX-Sum: 7\r\nX-Late: y\r\n\r\n");
}

TEST_F(Trailers, OfAnAnswerReachTheClient) {
  ask("1.1", kChunked, "0\r\n\r\n", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n");
  EXPECT_NE(answer_head_.find("\r\nTrailer: X-Sum\r\n"), std::string::npos) << answer_head_;
  peer_->send("2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n");
  EXPECT_EQ(body_at(*client_), "2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n");
  EXPECT_EQ(outcome().failure, ForwardFailure::None);
}

TEST_F(Trailers, ThatAreNoneOrOursDoNotGoUp_RFC9110_6_5_1) {
  ask("1.1", "Transfer-Encoding: chunked\r\nConnection: X-Hop\r\n",
      "0\r\nHost: evil\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nX-Hop: 1\r\n"
      "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Port: 1\r\nForwarded: for=x\r\nVia: x\r\n"
      "X-Request-Id: x\r\ntraceparent: x\r\nBanyan-Principal: admin\r\nX-Sum: 7\r\n\r\n",
      {});
  EXPECT_EQ(body_at(*peer_), "0\r\nX-Sum: 7\r\n\r\n");
}

TEST_F(Trailers, ThatAreNoneOrOursDoNotComeDown_RFC9110_6_5_1) {
  ask("1.1", kChunked, "0\r\n\r\n", "Transfer-Encoding: chunked\r\nConnection: X-Hop\r\n");
  peer_->send(
      "0\r\nSet-Cookie: a=b\r\nContent-Length: 5\r\nLocation: /x\r\nX-Hop: 1\r\n"
      "X-Request-Id: x\r\nX-Strangler: x\r\nBanyan-Node: 3\r\nX-Sum: 7\r\n\r\n");
  EXPECT_EQ(body_at(*client_), "0\r\nX-Sum: 7\r\n\r\n");
}

TEST_F(Trailers, AreDroppedForAClientOfHttp10_RFC9110_6_5_1) {
  ask("1.0", "Content-Length: 0\r\n", {}, "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n");
  EXPECT_EQ(answer_head_.find("Trailer"), std::string::npos) << answer_head_;
  peer_->send("2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n");
  const Peer::Rest rest = client_->read_to_end();
  EXPECT_EQ(rest.text, "ok");
  EXPECT_FALSE(rest.reset);
}

TEST_F(Trailers, AreNotAnnouncedWhereNoneCanCome) {
  ask("1.1", "Content-Length: 2\r\nTrailer: X-Sum\r\n", "ok",
      "Content-Length: 2\r\nTrailer: X-Sum\r\n");
  EXPECT_EQ(request_head_.find("Trailer"), std::string::npos) << request_head_;
  EXPECT_EQ(answer_head_.find("Trailer"), std::string::npos) << answer_head_;
}

TEST_F(Trailers, OfARequestThatAreTooLongAre431AndTheUpstreamSeesNoEnd) {
  ask("1.1", kChunked, "2\r\nok\r\n0\r\nX: " + std::string(20'000, 'x'), {});
  EXPECT_EQ(test::read_answer(*client_).status, 431u);
  EXPECT_EQ(peer_->read_to_end().text, "2\r\nok\r\n");
}

TEST_F(Trailers, OfAnAnswerThatAreTooLongAreSeenAsACut) {
  ask("1.1", kChunked, "0\r\n\r\n", kChunked);
  peer_->send("2\r\nok\r\n0\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(client_->read_to_end().text.find("0\r\n"), std::string::npos);
  EXPECT_EQ(outcome().failure, ForwardFailure::Truncated);
}

TEST_F(Trailers, ThatBreakOffAreACutInBothDirections_RFC9112_8) {
  ask("1.1", kChunked, "2\r\nok\r\n0\r\nX-Sum: 7\r\n", kChunked);
  EXPECT_EQ(peer_->read_exactly(7), "2\r\nok\r\n");
  peer_->send("2\r\nok\r\n0\r\nX-Sum: 7\r\n");
  peer_->close();
  EXPECT_EQ(client_->read_to_end().text.find("0\r\n"), std::string::npos);
  EXPECT_EQ(outcome().failure, ForwardFailure::Truncated);
}

TEST_F(Trailers, OfARequestThatBreaksOffInsideThemAreNoEndForTheUpstream_RFC9112_8) {
  ask("1.1", kChunked, "2\r\nok\r\n0\r\nX-Sum: 7\r\n", {});
  client_->close();
  EXPECT_EQ(peer_->read_to_end().text, "2\r\nok\r\n");
}

TEST_F(Trailers, AreSentAgainWithTheSecondAttempt) {
  test::Listener other;
  serve({upstream_.port(), other.port()});
  application_->safe_to_repeat = true;
  Peer client = this->client();
  client.send(
      "POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\nX-Sum: 7\r\n\r\n");
  auto first = upstream_.accept_within(std::chrono::milliseconds{500});
  test::Listener& second = first ? other : upstream_;
  if (!first) first = other.accept();
  first->read_until("X-Sum: 7\r\n\r\n");
  first->close();
  Peer again = second.accept();
  again.read_head();
  EXPECT_EQ(again.read_until("\r\n\r\n"), "0\r\nX-Sum: 7\r\n\r\n");
}

}  // namespace
}  // namespace banyan::strangler
