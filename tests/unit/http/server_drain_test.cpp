// SPDX-License-Identifier: Apache-2.0
// How a server ends, and how another goes on with its sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "banyan/http/client.hpp"
#include "serving.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Server, DrainsWhatRunsAndClosesWhatIsIdle) {
  std::promise<std::shared_ptr<Exchange>> arrived;
  Running running(
      [&](std::shared_ptr<Exchange> exchange) {
        if (exchange->head().target == "/slow") return arrived.set_value(std::move(exchange));
        echo(std::move(exchange));
      },
      {.loops = 1});
  RawSocket idle = running.connect();
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read_until("GET / ");
  RawSocket busy = running.connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::shared_ptr<Exchange> exchange = arrived.get_future().get();
  const std::uint16_t port = running.server.port();

  auto drained = std::async(std::launch::async, [&] { return running.server.drain(5s); });

  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_THROW(RawSocket{port}, std::runtime_error);
  exchange->respond(text("finished"));
  EXPECT_THAT(busy.read_to_end(), AllOf(HasSubstr("finished"), HasSubstr("Connection: close")));
  busy.close();
  EXPECT_EQ(drained.get(), 0U);
}

TEST(Server, AnswersTheLastRequestOfAnIdleClientThatAnotherProcessCouldNotAnswer) {
  Running running(echo, {.loops = 1});
  RawSocket idle = running.connect();
  RawSocket patient = running.connect();
  for (RawSocket* each : {&idle, &patient}) {
    each->send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(each->read_until("GET /1 "), Not(HasSubstr("Connection: close")));
  }
  running.server.hand_over();
  EXPECT_THROW(RawSocket{running.server.port()}, std::runtime_error) << "nobody goes on with it";
  auto drained = std::async(std::launch::async, [&] { return running.server.drain(10s); });

  // Before the drain has begun an answer says nothing of it.
  std::string answer;
  while (answer.find("Connection: close") == std::string::npos) {
    idle.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    answer = idle.read_until("GET /2 ");
    ASSERT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_EQ(idle.read_to_end(), "");
  idle.close();
  // Longer than a server that nobody follows would wait.
  std::this_thread::sleep_for(400ms);
  patient.send("GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(patient.read_to_end(), AllOf(HasSubstr("GET /3 "), HasSubstr("Connection: close")));
  patient.close();
  EXPECT_EQ(drained.get(), 0U);
}

TEST(Server, AnswersWhatFollowsAnAnswerThatHadBegunBeforeItDrains) {
  std::promise<std::shared_ptr<Exchange>> arrived;
  Running running(
      [&](std::shared_ptr<Exchange> exchange) {
        if (exchange->head().target != "/slow") return echo(std::move(exchange));
        exchange->begin({.status = 200}, Framing::chunked());
        arrived.set_value(std::move(exchange));
      },
      {.loops = 1});
  RawSocket idle = running.connect();
  idle.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read_until("GET /1 ");
  RawSocket client = running.connect();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), Not(HasSubstr("Connection: close")));
  std::shared_ptr<Exchange> slow = arrived.get_future().get();
  auto drained = std::async(std::launch::async, [&] { return running.server.drain(10s); });
  EXPECT_EQ(idle.read_to_end(), "") << "it drains";
  idle.close();

  running.server.loop(0).post([slow = std::move(slow)] { slow->finish(); });

  client.read_until("0\r\n\r\n");
  client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("GET /2 "),
                                          HasSubstr("Connection: close")));
  client.close();
  EXPECT_EQ(drained.get(), 0U);
}

TEST(Server, AnswersARequestThatComesWhenTheTimeOfAnIdleConnectionIsOver) {
  ServerOptions options{.loops = 1};
  options.idle_timeout = 200ms;
  Running running(echo, options);
  RawSocket client = running.connect();
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  client.read_until("GET /1 ");
  // The loop is held up until several timers are due: that of the connection, and before it one
  // during which the request comes, of which the loop will not know before the timers have had
  // their turn.
  std::latch among_timers(1);
  std::latch sent(1);
  Loop& loop = running.server.loop(0);
  loop.post([&] {
    loop.after(1ms, [&] {
      among_timers.count_down();
      sent.wait();
    });
    std::this_thread::sleep_for(400ms);
  });
  among_timers.wait();
  client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  sent.count_down();
  EXPECT_THAT(client.read_until("GET /2 "), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, GoesOnWithTheSocketsOfAnotherWithAnyNumberOfLoops) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("banyan-inherited-" + std::to_string(::getpid()) + ".sock");
  ServerOptions options{
      .listen = {{"127.0.0.1", 0}, {std::string(kUnixPrefix) + path.string(), 0}}};
  const auto named = [](std::string name) {
    return [name](std::shared_ptr<Exchange> exchange) { exchange->respond(text(name)); };
  };
  options.loops = 2;
  std::optional<Running> first(std::in_place, named("first"), options);
  options.listen[0].port = first->server.port();
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  for (const std::size_t loops : {3, 1, 2}) {
    ServerOptions next_options = options;
    next_options.loops = loops;
    Handling application(named("of " + std::to_string(loops)));
    Server next(next_options, application);
    // Whoever comes meanwhile is served by either.
    std::vector<RawSocket> waiting;
    ListeningSockets sockets = first->server.listening_sockets();
    EXPECT_EQ(sockets.size(), 3U) << "two by TCP and the Unix socket, whoever has them";
    first->server.hand_over();
    for (int i = 0; i < 16; ++i) waiting.push_back(first->connect());
    EXPECT_EQ(first->server.drain(1s), 0U);
    next.start(sockets);
    sockets.clear();
    for (RawSocket& client : waiting) {
      client.send(request);
      EXPECT_THAT(client.read_to_end(), EndsWith("of " + std::to_string(loops)));
    }
    RawSocket local = RawSocket::at(path);
    local.send(request);
    EXPECT_THAT(local.read_to_end(), EndsWith("of " + std::to_string(loops)));
    EXPECT_EQ(next.listening_sockets().size(), 3U);
    // Back to one that the next round can take from.
    ListeningSockets back = next.listening_sockets();
    next.hand_over();
    next.drain(1s);
    first.emplace(named("first"), options, std::move(back));
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  first.reset();
  EXPECT_FALSE(std::filesystem::exists(path)) << "of the last one";
}

TEST(Server, LetsClientsWaitBetweenItsPreparationAndItsFirstAccept) {
  Handling application(
      [](std::shared_ptr<Exchange> exchange) { exchange->respond(text("hello")); });
  Server server({.loops = 2}, application);
  server.prepare();
  RawSocket client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  for (std::size_t i = 0; i < server.loops(); ++i) {
    std::promise<void> turned;
    server.loop(i).post([&] { turned.set_value(); });
    turned.get_future().get();
  }
  EXPECT_EQ(server.connections(), 0U);
  server.accept();
  EXPECT_THAT(client.read_to_end(), EndsWith("hello"));
}

TEST(Server, CutsAtTheDeadlineWhatDoesNotEnd) {
  std::promise<void> arrived;
  std::shared_ptr<Exchange> kept;
  std::promise<void> aborted;
  Running running([&](std::shared_ptr<Exchange> exchange) {
    exchange->on_abort([&] { aborted.set_value(); });
    kept = std::move(exchange);
    arrived.set_value();
  });
  RawSocket client = running.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  arrived.get_future().wait();

  EXPECT_EQ(running.server.drain(50ms), 1U);

  EXPECT_EQ(client.read_to_end(), "<reset>");
  EXPECT_EQ(aborted.get_future().wait_for(0s), std::future_status::ready);
  kept->respond(text("nobody hears this"));
  kept.reset();
}

}  // namespace
}  // namespace banyan::http
