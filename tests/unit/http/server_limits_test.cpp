// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "banyan/http/server.hpp"
#include "sockets.hpp"
#include "support/becomes_true.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class Agreeing final : public Application {
 public:
  void handle(std::shared_ptr<Exchange> exchange) override {
    Response response;
    response.body = "yes";
    exchange->respond(std::move(response));
  }
};

std::string ask(RawSocket& socket) {
  socket.send(kGet);
  return socket.read_until("\r\n\r\nyes");
}

TEST(AServerWithALimitPerClient, TurnsTheNextConnectionAwayUntilOneIsClosed) {
  Agreeing application;
  Server server({.loops = 2, .max_connections_per_client = 2}, application);
  server.start();
  RawSocket first(server.port());
  auto second = std::make_unique<RawSocket>(server.port());
  EXPECT_THAT(ask(first), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(*second), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(RawSocket(server.port()).read_to_end(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: "),
                    HasSubstr("http.too_many_connections_of_client")));
  second.reset();
  ASSERT_TRUE(test::becomes_true([&] { return server.connections() == 1; }));
  RawSocket third(server.port());
  EXPECT_THAT(ask(third), StartsWith("HTTP/1.1 200 "));
}

TEST(AServerWithALimitPerClient, LetsThoseWhoSpeakForManyHaveAnyNumber) {
  Agreeing application;
  Server server({.loops = 1,
                 .max_connections_per_client = 1,
                 .speaks_for_many = [](const Endpoint& peer) { return peer.host == "127.0.0.1"; }},
                application);
  server.start();
  std::vector<RawSocket> sockets;
  for (int i = 0; i < 5; ++i) sockets.emplace_back(server.port());
  for (RawSocket& socket : sockets) EXPECT_THAT(ask(socket), StartsWith("HTTP/1.1 200 "));
}

TEST(AServerThatIsFull, TellsSoToClientsThatAreInTheMiddleOfTheirRequest) {
  Agreeing application;
  Server server({.loops = 1, .max_connections = 1}, application);
  server.start();
  RawSocket first(server.port());
  EXPECT_THAT(ask(first), StartsWith("HTTP/1.1 200 "));
  const std::string upload = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n";
  for (int turn = 0; turn < 20; ++turn) {
    RawSocket next(server.port());
    next.send(upload + std::string(20'000, 'x'));
    const std::string answer = next.read_until("\r\n\r\n");
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: ")));
    next.send(std::string(20'000, 'x'));
    EXPECT_THAT(next.read_to_end(), testing::Not(HasSubstr("<"))) << "an end and not a reset";
  }
  EXPECT_EQ(server.overload().by_limit, 20U);
  EXPECT_EQ(server.overload().by_client_limit, 0U);
  ASSERT_TRUE(test::becomes_true([&] { return server.overload().leaving == 0; }));
  EXPECT_THAT(ask(first), StartsWith("HTTP/1.1 200 "));
}

TEST(AServerThatIsFull, KeepsNoCrowdOfThoseWhomItTurnsAway) {
  constexpr std::size_t kCrowd = 300;
  constexpr std::size_t kMost = 256;
  Agreeing application;
  Server server({.loops = 2, .max_connections = 1}, application);
  server.start();
  RawSocket first(server.port());
  EXPECT_THAT(ask(first), StartsWith("HTTP/1.1 200 "));
  std::vector<RawSocket> crowd;
  std::size_t most = 0;
  for (std::size_t i = 0; i < kCrowd; ++i) {
    crowd.emplace_back(server.port());
    most = std::max(most, server.overload().leaving);
  }
  ASSERT_TRUE(test::becomes_true([&] {
    most = std::max(most, server.overload().leaving);
    return server.overload().by_limit == kCrowd;
  }));
  EXPECT_LE(most, kMost);
  EXPECT_GT(most, 0U) << "they do linger";
  // Nobody reads, nobody closes: their time is bounded too.
  ASSERT_TRUE(test::becomes_true([&] { return server.overload().leaving == 0; }));
}

TEST(AServerThatWindsDown, HasItsClientsGoOneByOneAndLosesNoRequest) {
  constexpr int kClients = 24;
  constexpr auto kSpread = 600ms;
  Agreeing application;
  Server server({.loops = 2}, application);
  server.start();
  std::atomic<int> ready = 0;
  std::atomic<int> lost = 0;
  std::vector<std::chrono::steady_clock::time_point> gone(kClients);
  std::vector<std::jthread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      RawSocket socket(server.port());
      for (bool first = true;; first = false) {
        const std::string answer = ask(socket);
        if (!answer.starts_with("HTTP/1.1 200 ")) ++lost;
        if (first) ++ready;
        gone[static_cast<std::size_t>(i)] = std::chrono::steady_clock::now();
        if (lost > 0 || answer.find("Connection: close") != std::string::npos) return;
        std::this_thread::sleep_for(2ms);
      }
    });
  }
  EXPECT_TRUE(test::becomes_true([&] { return ready == kClients; }));
  const auto begun = std::chrono::steady_clock::now();
  std::jthread stop([&] { server.wind_down(kSpread); });
  EXPECT_TRUE(test::becomes_true([&] { return std::chrono::steady_clock::now() - begun > 10ms; }));
  RawSocket late(server.port());
  EXPECT_THAT(ask(late), StartsWith("HTTP/1.1 200 ")) << "it serves on meanwhile";
  clients.clear();
  late.close();
  stop.join();
  EXPECT_EQ(server.drain(1s), 0U);
  EXPECT_EQ(lost, 0);
  int early = 0;
  for (const auto& when : gone) {
    early += when - begun < kSpread / 2 ? 1 : 0;
    EXPECT_LT(when - begun, kSpread + 2s);
  }
  EXPECT_GT(early, 0) << "not all at the end";
  EXPECT_LT(early, kClients) << "not all at once";
}

TEST(AServerThatWindsDown, DoesNotWaitForLongerThanThereAreConnections) {
  Agreeing application;
  Server server({.loops = 1}, application);
  server.start();
  const auto begun = std::chrono::steady_clock::now();
  server.wind_down(1min);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

}  // namespace
}  // namespace banyan::http
