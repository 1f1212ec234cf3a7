// SPDX-License-Identifier: Apache-2.0
// Uploads that drip, and those of one client, take nothing from others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "serving.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string post(std::size_t length) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

/// Sends a byte whenever nothing has come for a moment, until there is an answer.
std::string drip(RawSocket& client) {
  std::atomic<bool> answered = false;
  std::jthread dripping([&] {
    while (!answered) {
      client.send("x");
      std::this_thread::sleep_for(5ms);
    }
  });
  std::string answer = client.read_until("\r\n\r\n");
  answered = true;
  return answer;
}

TEST(AnUpload, ThatDripsBelowTheRateIsRefusedAlthoughItNeverStops) {
  ServerOptions options;
  options.body_rate = 10'000;
  options.body_grace = 100ms;
  options.body_timeout = 5min;
  Running running(echo, options);
  RawSocket client = running.connect();
  client.send(post(900));
  EXPECT_THAT(drip(client), StartsWith("HTTP/1.1 408 "));
}

TEST(AnUpload, InChunksThatDripIsRefusedToo) {
  ServerOptions options;
  options.body_rate = 10'000;
  options.body_grace = 100ms;
  options.body_timeout = 5min;
  Running running(echo, options);
  RawSocket client = running.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n");
  EXPECT_THAT(drip(client), StartsWith("HTTP/1.1 408 "));
}

TEST(AnUpload, MayDripWhereNoRateIsAskedFor) {
  ServerOptions options;
  options.body_rate = 0;
  options.body_grace = 0ms;
  Running running(echo, options);
  RawSocket client = running.connect();
  client.send(post(40));
  EXPECT_THAT(drip(client), StartsWith("HTTP/1.1 200 "));
}

TEST(AnUpload, IsNotBlamedForTheTimeInWhichNobodyAsksForIt) {
  ServerOptions options;
  options.loops = 1;
  options.body_rate = 1'000'000'000;
  options.body_grace = 300ms;
  // Asks for a piece, and for the next one when twice the grace is over.
  struct Slow {
    static void next(const std::shared_ptr<Exchange>& exchange) {
      exchange->read_body([exchange](auto piece) {
        if (!piece) return;
        if (piece->last) return exchange->respond(text("all of it"));
        exchange->loop().after(600ms, [exchange] { next(exchange); });
      });
    }
  };
  Running running([](std::shared_ptr<Exchange> exchange) { Slow::next(exchange); }, options);
  EXPECT_THAT(running.ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                          "Content-Length: 5\r\n\r\nhello"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("all of it")));
}

TEST(AnUpload, IsKnownToBeThereWhenAllOfItHasCome) {
  Running running([](std::shared_ptr<Exchange> exchange) {
    const bool before = exchange->body_is_here();
    Exchange& asked = *exchange;
    asked.collect_body(100, [exchange = std::move(exchange), before](auto body) {
      const bool after = body && exchange->body_is_here();
      exchange->respond(
          text((before ? "there" : "not there") + std::string(after ? ", read" : ", unread")));
    });
  });
  const std::string close = "Connection: close\r\n";
  EXPECT_THAT(running.ask("GET / HTTP/1.1\r\nHost: a\r\n" + close + "\r\n"),
              EndsWith("\r\n\r\nthere, read"));
  RawSocket client = running.connect();
  // More than once on a connection: what was read of the one before does not count.
  for (int turn = 0; turn < 2; ++turn) {
    client.send(post(4) + "abcd");
    EXPECT_THAT(client.read_until(", read"), EndsWith("\r\n\r\nthere, read"));
  }
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  client.read_until("100 Continue");
  client.send("abcd");
  EXPECT_THAT(client.read_until(", read"), EndsWith("\r\n\r\nnot there, read"));
  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n");
  EXPECT_THAT(client.read_until(", read"), EndsWith("\r\n\r\nnot there, read"));
}

class AServerOfFewUploads : public testing::Test {
 protected:
  static ServerOptions two_at_a_time() {
    ServerOptions options;
    options.loops = 2;
    options.max_uploads_per_client = 2;
    return options;
  }
  /// Counts what is handled.
  Handler counting() {
    return [this](std::shared_ptr<Exchange> exchange) {
      echo(std::move(exchange));
      ++handled;
    };
  }
  void until_handled(int count) const {
    const auto end = std::chrono::steady_clock::now() + 8s;
    while (handled < count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    ASSERT_EQ(handled, count);
  }
  std::atomic<int> handled = 0;
};

TEST_F(AServerOfFewUploads, TellsTheNextOneOfAClientToComeBackUntilOneIsWhole) {
  Running running(counting(), two_at_a_time());
  RawSocket first = running.connect();
  RawSocket second = running.connect();
  first.send(post(4) + "ab");
  second.send(post(4) + "ab");
  until_handled(2);
  EXPECT_THAT(running.ask(post(4) + "ab"),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: "),
                    HasSubstr("http.too_many_uploads_of_client")));
  EXPECT_EQ(handled, 2) << "it is not handed on";

  first.send("cd");
  EXPECT_THAT(first.read_until("POST / abcd"), StartsWith("HTTP/1.1 200 "));
  RawSocket third = running.connect();
  third.send(post(4) + "ab");
  until_handled(3);
  second.reset();
  third.send("cd");
  EXPECT_THAT(third.read_until("POST / abcd"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AServerOfFewUploads, ServesWhatIsWholeMeanwhile) {
  Running running(counting(), two_at_a_time());
  RawSocket first = running.connect();
  RawSocket second = running.connect();
  first.send(post(4) + "ab");
  second.send(post(4) + "ab");
  until_handled(2);
  RawSocket third = running.connect();
  third.send(post(4) + "abcd");
  EXPECT_THAT(third.read_until("POST / abcd"), StartsWith("HTTP/1.1 200 "));
  third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(third.read_until("GET / "), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AServerOfFewUploads, ForgetsThoseWhoseClientsAreGoneAndThoseThatWereAnsweredEarly) {
  Running running(
      [this](std::shared_ptr<Exchange> exchange) {
        ++handled;
        if (exchange->head().target == "/no") return exchange->respond(text("no", 403));
        echo(std::move(exchange));
      },
      two_at_a_time());
  for (int turn = 0; turn < 5; ++turn) {
    EXPECT_THAT(running.ask("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab"),
                StartsWith("HTTP/1.1 403 "));
  }
  for (int turn = 0; turn < 2; ++turn) {
    RawSocket client = running.connect();
    client.send(post(4) + "ab");
    until_handled(6 + turn);
    client.reset();
  }
  const auto end = std::chrono::steady_clock::now() + 8s;
  while (running.server.connections() != 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  RawSocket client = running.connect();
  client.send(post(4) + "ab");
  until_handled(8);
  client.send("cd");
  EXPECT_THAT(client.read_until("POST / abcd"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AServerOfFewUploads, CountsNobodyWhoSpeaksForMany) {
  ServerOptions options = two_at_a_time();
  options.speaks_for_many = [](const Endpoint&) { return true; };
  Running running(counting(), options);
  std::vector<RawSocket> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(running.connect());
    clients.back().send(post(4) + "ab");
  }
  until_handled(5);
}

}  // namespace
}  // namespace banyan::http
