// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <optional>
#include <string>
#include <thread>

#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

using namespace std::chrono_literals;
using test::Peer;

constexpr std::size_t kLarge = std::size_t{64} * 1024 * 1024;
/// What the kernel holds on both sides of the relay, and no more of it in the relay.
constexpr std::size_t kKernelBuffers = std::size_t{40} * 1024 * 1024;

class ALargeBody : public RelayTest {
 protected:
  struct Ends {
    Peer client;
    Peer upstream;
  };
  /// With a time for all of it, and instances that one failure makes ill.
  void serve_within(std::chrono::milliseconds budget) {
    rules_.health.consecutive_failures = 1;
    serve();
    application_->budget = budget;
  }
  /// An upload of which the first part has come.
  Ends upload(std::size_t length, std::string_view part) {
    Peer client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(length) +
                "\r\n\r\n" + std::string(part));
    return {std::move(client), upstream_.accept()};
  }
  /// An answer of which the client takes nothing.
  Ends stuck_answer();
};

std::string body() {
  std::string text(kLarge, '.');
  for (std::size_t i = 0; i < text.size(); i += 4'096)
    text[i] = static_cast<char>('a' + i / 4'096 % 26);
  return text;
}

TEST_F(ALargeBody, ComesDownAtThePaceOfASlowReader) {
  serve();
  Peer client = this->client();
  client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n");
  const std::string sent = body();
  const std::size_t before = upstream.send_until_stalled(sent, 300ms);
  EXPECT_LT(before, kKernelBuffers) << "a client that does not read must stop the upstream";
  client.read_head();
  std::size_t compared = 0;
  std::size_t given = before;
  while (compared < kLarge) {
    const std::size_t some = std::min<std::size_t>(1 << 20, kLarge - compared);
    given += upstream.send_until_stalled(std::string_view(sent).substr(given), 0ms);
    ASSERT_EQ(client.read_exactly(some), sent.substr(compared, some));
    compared += some;
  }
  EXPECT_EQ(outcome().failure, ForwardFailure::None);
}

ALargeBody::Ends ALargeBody::stuck_answer() {
  Peer client = this->client();
  client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n");
  try {
    upstream.send_until_stalled(body(), 50ms);
  } catch (const std::exception&) {  // a deadline came first
  }
  return {std::move(client), std::move(upstream)};
}

/// What is being written lies in the buffer of the connection to the upstream, which has ended.
TEST_F(ALargeBody, ThatNobodyTakesIsCutAtTheDeadlineAndSaysNothingAboutTheInstance) {
  serve_within(2s);
  Ends ends = stuck_answer();
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::ClientGone);
  EXPECT_FALSE(outcome.upstream_failed()) << "it is the client that took too long";
  EXPECT_TRUE(ends.client.read_to_end().reset);
  EXPECT_TRUE(group().healthy());
}

TEST_F(ALargeBody, ThatComesTooSlowlyIs408AndSaysNothingAboutTheInstance) {
  serve_within(200ms);
  Ends ends = upload(1'000, "a part of it");
  const test::Seen seen = test::read_answer(ends.client);
  EXPECT_EQ(seen.status, 408U);
  EXPECT_NE(seen.body.find("proxy.too_slow"), std::string::npos) << seen.body;
  const Outcome outcome = this->outcome();
  EXPECT_EQ(outcome.failure, ForwardFailure::BadRequest);
  EXPECT_FALSE(outcome.upstream_failed());
  EXPECT_TRUE(group().healthy());
}

/// Whoever sends a little all the time is never found waited for.
TEST_F(ALargeBody, ThatDripsIs408AndSaysNothingAboutTheInstance) {
  serve_within(100ms);
  for (int i = 0; i < 6; ++i) {  // by chance it is waited for
    Ends ends = upload(100'000, "");
    std::optional<Outcome> outcome;
    while (!outcome) {
      ends.client.send("x");
      outcome = application_->outcome_within(1ms);
    }
    EXPECT_EQ(outcome->failure, ForwardFailure::BadRequest) << outcome->message;
    EXPECT_EQ(test::read_answer(ends.client).status, 408U);
  }
  EXPECT_TRUE(group().healthy());
}

TEST_F(ALargeBody, ThatTakesMostOfTheTimeLeavesTheInstanceNoBlame) {
  serve_within(400ms);
  Ends ends = upload(2, "x");
  const auto early = application_->outcome_within(300ms);  // on a very slow machine
  ends.client.send("x");
  EXPECT_EQ(test::read_answer(ends.client).status, 408U);
  EXPECT_FALSE((early ? *early : outcome()).upstream_failed());
  EXPECT_TRUE(group().healthy());
}

TEST_F(ALargeBody, ThatComesAtOnceLeavesTheBlameWithASilentInstance) {
  serve_within(300ms);
  Ends ends = upload(2, "xx");
  EXPECT_EQ(test::read_answer(ends.client).status, 504U);
  EXPECT_EQ(outcome().failure, ForwardFailure::Timeout);
  EXPECT_FALSE(group().healthy());
}

TEST_F(ALargeBody, GoesUpAtThePaceOfASlowUpstream) {
  serve();
  Peer client = this->client();
  client.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(kLarge) +
              "\r\n\r\n");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  const std::string sent = body();
  const std::size_t before = client.send_until_stalled(sent, 300ms);
  EXPECT_LT(before, kKernelBuffers) << "an upstream that does not read must stop the client";
  std::size_t compared = 0;
  std::size_t given = before;
  while (compared < kLarge) {
    const std::size_t some = std::min<std::size_t>(1 << 20, kLarge - compared);
    given += client.send_until_stalled(std::string_view(sent).substr(given), 0ms);
    ASSERT_EQ(upstream.read_exactly(some), sent.substr(compared, some));
    compared += some;
  }
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(test::read_answer(client).body, "ok");
}

TEST_F(ALargeBody, GoesUpToItsEndThoughItsAnswerCameFirst) {
  serve();
  const std::string sent = body().substr(0, std::size_t{8} * 1024 * 1024);
  for (const std::string_view answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 204 No Content\r\n\r\n"}) {
    Ends ends = upload(sent.size(), std::string_view(sent).substr(0, 10));
    ends.upstream.read_head();
    ends.upstream.read_exactly(10);
    ends.upstream.send(answer);
    const test::Seen seen = test::read_answer(ends.client);
    EXPECT_TRUE(seen.status == 200U || seen.status == 204U);
    std::jthread client([&] { ends.client.send(std::string_view(sent).substr(10)); });
    EXPECT_EQ(ends.upstream.read_exactly(sent.size() - 10), sent.substr(10));
    client.join();
    EXPECT_EQ(outcome().failure, ForwardFailure::None);
    ends.client.send(kGet);
    EXPECT_TRUE(ends.upstream.read_head().starts_with("GET")) << "both connections live on";
    ends.upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    EXPECT_EQ(test::read_answer(ends.client).body, "ok");
    outcome();
  }
}

TEST_F(ALargeBody, EndsWithTheUpstreamThatHasAnsweredAndGone) {
  serve();
  Ends ends = upload(1'000'000, "the beginning");
  ends.upstream.read_head();
  ends.upstream.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
  ends.upstream.close();
  const test::Seen seen = test::read_answer(ends.client);
  EXPECT_EQ(seen.status, 413U);
  EXPECT_EQ(seen.body, "no");
  ends.client.send("more");
  EXPECT_EQ(outcome().failure, ForwardFailure::None);
  EXPECT_EQ(ends.client.read_to_end().text, "");
}

TEST_F(ALargeBody, WhoseAnswerCameFirstEndsWithItsClient) {
  serve();
  Ends ends = upload(1'000'000, "the beginning");
  ends.upstream.read_head();
  ends.upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(test::read_answer(ends.client).body, "ok");
  ends.client.close();
  EXPECT_EQ(ends.upstream.read_to_end().text, "the beginning");
  EXPECT_EQ(outcome().failure, ForwardFailure::None);
  EXPECT_EQ(group().status()[0].failures, 0U);
}

TEST_F(ALargeBody, InOneDirectionDoesNotStopTheOther) {
  serve();
  Peer client = this->client();
  client.send("POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n");
  Peer upstream = upstream_.accept();
  upstream.read_head();
  upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.read_head();
  const std::string chunk = "4\r\necho\r\n";
  for (int i = 0; i < 50; ++i) {
    client.send(chunk);
    ASSERT_EQ(upstream.read_exactly(chunk.size()), chunk);
    upstream.send(chunk);
    ASSERT_EQ(client.read_exactly(chunk.size()), chunk);
  }
  client.send("0\r\n\r\n");
  EXPECT_EQ(upstream.read_exactly(5), "0\r\n\r\n");
  upstream.send("0\r\n\r\n");
  EXPECT_EQ(client.read_exactly(5), "0\r\n\r\n");
  EXPECT_EQ(outcome().failure, ForwardFailure::None);
}

}  // namespace
}  // namespace banyan::strangler
