// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <optional>
#include <thread>

#include "contract/network/network_under_test.hpp"
#include "support/deaf_port.hpp"

namespace banyan::contract {
namespace {

using namespace std::chrono_literals;
using http::RawServer;
using http::RawSocket;
using http::Repeat;
using Kind = http::ClientFailure::Kind;

const http::Request kGet{{"GET", "/x", 1, {}}, ""};
const http::Request kPost{{"POST", "/x", 1, {}}, "body"};
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

SteadyTime in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

void read_request(RawSocket& socket) { socket.read_until("\r\n\r\n"); }

/// Says the same to every request, and then closes or waits for the client to go.
RawServer::Script says(std::string bytes, bool then_close = true) {
  return [bytes = std::move(bytes), then_close](RawSocket& socket, int) {
    read_request(socket);
    socket.send(bytes);
    if (!then_close) socket.read_to_end();
  };
}

http::ClientFailure failure_against(const NetworkUnderTest& network, const std::string& answer,
                                    bool then_close = true) {
  const RawServer server(says(answer, then_close));
  constexpr std::uint64_t kMost = 50;
  const auto result =
      calls_to(network, server.endpoint(), kMost)(server.endpoint(), kGet, in(3s), Repeat::Never);
  EXPECT_FALSE(result) << "took: " << answer;
  return result ? http::ClientFailure{} : result.error();
}

TEST_P(NetworkCallContract, AsksAndKeepsTheConnection) {
  const Running running(GetParam(), echo);
  const auto call = calls_to(GetParam(), running.endpoint());
  for (int i = 0; i < 3; ++i) {
    const auto answer = call(running.endpoint(), kPost, in(2s), Repeat::Never);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "POST /x body");
    EXPECT_EQ(answer->head.fields.find("Content-Type"), "text/plain");
  }
  const http::Request large{{"PUT", "/", 1, {}}, std::string(1'000'000, 'x')};
  const auto answer = call(running.endpoint(), large, in(5s), Repeat::Never);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), 1'000'006U);
}

TEST_P(NetworkCallContract, ServesManyThreads) {
  const Running running(GetParam(), echo);
  const auto call = calls_to(GetParam(), running.endpoint());
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 50; ++n) {
          answered += call(running.endpoint(), kPost, in(5s), Repeat::Never) ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(answered, 300);
}

TEST_P(NetworkCallContract, SaysThatNothingWasSentWhenNobodyListens) {
  const http::Endpoint nobody{"127.0.0.1", test::deaf_port()};
  const auto answer = calls_to(GetParam(), nobody)(nobody, kPost, in(2s), Repeat::Never);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::Connect);
  EXPECT_TRUE(answer.error().provably_unsent);
}

TEST_P(NetworkCallContract, HoldsItsDeadlineAgainstServersThatAreSilentOrDrip) {
  const auto drips = [](std::string head) {
    return [head = std::move(head)](RawSocket& socket, int) {
      read_request(socket);
      socket.send(head);
      for (int i = 0; i < 50; ++i) {
        socket.send("a");
        std::this_thread::sleep_for(20ms);
      }
    };
  };
  const RawServer silent(says("", false));
  const RawServer head(drips("HTTP/1.1 200 OK\r\nX-Long: "));
  const RawServer body(drips("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
  for (const RawServer* const server : {&silent, &head, &body}) {
    const auto began = std::chrono::steady_clock::now();
    const auto answer = calls_to(GetParam(), server->endpoint())(server->endpoint(), kPost,
                                                                 in(80ms), Repeat::Never);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::Timeout);
    EXPECT_FALSE(answer.error().provably_unsent);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 900ms);
  }
}

TEST_P(NetworkCallContract, LetsOnlyOneReadingOfAnAnswerPass) {
  const auto refuses = [&](const std::string& answer) {
    EXPECT_EQ(failure_against(GetParam(), answer).kind, Kind::Protocol) << answer;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  refuses("garbage\r\n\r\n");
  refuses(ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok");
  refuses(ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  refuses(ok + "Content-Length: +2\r\n\r\nok");
  refuses(ok + "Content-Length: 2,0\r\n\r\nok");
  refuses(ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n");
  refuses(ok + "Content-Length: 2\r\nX: a\x01z\r\n\r\nok");
  refuses(ok + "\r\nuntil I close");
  refuses("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  refuses(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n");
  refuses(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nokX\r\n0\r\n\r\n");
  std::string endless;
  for (int i = 0; i < 50; ++i) endless += "HTTP/1.1 103 Early Hints\r\n\r\n";
  refuses(endless);
}

TEST_P(NetworkCallContract, TakesNoAnswerThatIsCut) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& answer :
       {std::string(), ok + "Content-Length: 10\r\n\r\nabc", chunked + "3\r\nab",
        chunked + "3\r\nabc\r\n", chunked + "3\r\nabc\r\n0\r\n",
        std::string("HTTP/1.1 204 No Content\r\nX-Cut: here\r\n")}) {
    EXPECT_EQ(failure_against(GetParam(), answer).kind, Kind::Closed) << answer;
  }
}

TEST_P(NetworkCallContract, TakesNoAnswerLongerThanItsLimit) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(failure_against(GetParam(), ok + "Content-Length: 100\r\n\r\n", false).kind,
            Kind::TooLarge);
  EXPECT_EQ(failure_against(GetParam(),
                            ok + "Transfer-Encoding: chunked\r\n\r\n1E\r\n" + std::string(30, 'a') +
                                "\r\n1E\r\n" + std::string(30, 'b') + "\r\n",
                            false)
                .kind,
            Kind::TooLarge);
}

TEST_P(NetworkCallContract, PassesOverInterimAnswers) {
  const RawServer server(
      says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: "
           "a\r\n\r\n" +
           std::string(kOk)));
  const auto answer =
      calls_to(GetParam(), server.endpoint())(server.endpoint(), kPost, in(2s), Repeat::Never);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
}

TEST_P(NetworkCallContract, ReadsAnswersWithoutBody) {
  const RawServer server(says("HTTP/1.1 204 No Content\r\n\r\n", false));
  const auto answer =
      calls_to(GetParam(), server.endpoint())(server.endpoint(), kPost, in(2s), Repeat::Never);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 204U);
  const RawServer head(says("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", false));
  const auto to_head = calls_to(GetParam(), head.endpoint())(
      head.endpoint(), {{"HEAD", "/", 1, {}}, ""}, in(2s), Repeat::Never);
  ASSERT_TRUE(to_head) << to_head.error().message;
  EXPECT_EQ(to_head->body, "");
}

TEST_P(NetworkCallContract, NeverReusesAConnectionWithBytesAfterTheEnd) {
  const RawServer server(
      says(std::string(kOk) + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"));
  const auto call = calls_to(GetParam(), server.endpoint());
  for (int i = 0; i < 3; ++i) {
    const auto answer = call(server.endpoint(), kPost, in(2s), Repeat::Never);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "ok");
  }
}

TEST_P(NetworkCallContract, LooksAtAKeptConnectionBeforeItIsUsed) {
  std::atomic<int> closed = 0;
  const RawServer server([&](RawSocket& socket, int) {
    read_request(socket);
    socket.send(kOk);
    socket.close();
    ++closed;
  });
  const auto call = calls_to(GetParam(), server.endpoint());
  for (int i = 0; i < 10; ++i) {
    const auto answer = call(server.endpoint(), kPost, in(2s), Repeat::Never);
    ASSERT_TRUE(answer) << answer.error().message;
    while (closed != i + 1) std::this_thread::yield();
  }
}

/// Answers the first request of a connection and closes at the second without a word.
void answers_only_once(RawSocket& socket, int) {
  read_request(socket);
  socket.send(kOk);
  read_request(socket);
}

TEST_P(NetworkCallContract, AsksOnceMoreWhenAKeptConnectionDiesAndRepeatingIsSafe) {
  const RawServer server(answers_only_once);
  const auto call = calls_to(GetParam(), server.endpoint());
  ASSERT_TRUE(call(server.endpoint(), kGet, in(2s), Repeat::Safe));
  EXPECT_TRUE(call(server.endpoint(), kGet, in(2s), Repeat::Safe));
}

TEST_P(NetworkCallContract, NeverAsksTwiceWhatMayHaveArrived) {
  std::atomic<int> requests = 0;
  const RawServer server([&](RawSocket& socket, int) {
    while (socket.read_until("\r\n\r\nbody").ends_with("body")) {
      if (++requests % 2 == 0) return;
      socket.send(kOk);
    }
  });
  const auto call = calls_to(GetParam(), server.endpoint());
  ASSERT_TRUE(call(server.endpoint(), kPost, in(2s), Repeat::Never));
  const auto answer = call(server.endpoint(), kPost, in(2s), Repeat::Never);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::Closed);
  EXPECT_FALSE(answer.error().provably_unsent);
  EXPECT_TRUE(answer.error().stale);
  EXPECT_EQ(requests, 2);
}

TEST_P(NetworkCallContract, DoesNotSayThatNothingArrivedWhenOnlyTheSecondAttemptCouldNotConnect) {
  std::optional<RawServer> server;
  server.emplace([&](RawSocket& socket, int connection) {
    answers_only_once(socket, connection);
    server->refuse_others();
  });
  const auto call = calls_to(GetParam(), server->endpoint());
  ASSERT_TRUE(call(server->endpoint(), kGet, in(2s), Repeat::Safe));
  const auto answer = call(server->endpoint(), kGet, in(2s), Repeat::Safe);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::Connect) << answer.error().message;
  EXPECT_FALSE(answer.error().provably_unsent);
}

TEST_P(NetworkCallContract, NeverAsksTwiceOnAFreshConnection) {
  std::atomic<int> requests = 0;
  const RawServer server([&](RawSocket& socket, int) {
    read_request(socket);
    ++requests;
  });
  const auto answer =
      calls_to(GetParam(), server.endpoint())(server.endpoint(), kGet, in(2s), Repeat::Safe);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::Closed);
  EXPECT_EQ(requests, 1);
}

TEST_P(NetworkCallContract, SendsNoRequestThatCouldBeReadAsTwo) {
  const Running running(GetParam(), echo);
  const auto call = calls_to(GetParam(), running.endpoint());
  for (const http::Request& request : {http::Request{{"GET", "/", 1, {{"A", "b\r\nC: d"}}}, ""},
                                       http::Request{{"GET", "/", 1, {{"A b", "c"}}}, ""},
                                       http::Request{{"GET", "/ HTTP/1.1\r\nA: b", 1, {}}, ""},
                                       http::Request{{"GET /", "/", 1, {}}, ""}}) {
    const auto answer = call(running.endpoint(), request, in(2s), Repeat::Never);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::Request);
  }
  EXPECT_THAT(running.handled(), testing::IsEmpty());
}

}  // namespace
}  // namespace banyan::contract
