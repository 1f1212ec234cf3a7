// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/upstream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "asking.hpp"
#include "banyan/http/server.hpp"
#include "echo.hpp"
#include "sockets.hpp"
#include "support/deaf_port.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

using Kind = UpstreamFailure::Kind;
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

RawServer::Script says(std::string bytes, bool then_close = true) {
  return [bytes = std::move(bytes), then_close](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send(bytes);
    if (!then_close) socket.read_to_end();
  };
}

TEST(Upstreams, AskAndKeepTheConnection) {
  Echo echo;
  Server server({.loops = 1}, echo);
  server.start();
  Engine engine;

  for (const std::string_view host : {"127.0.0.1", "127.0.0.1", "127.0.0.1"}) {
    const Outcome outcome = engine.ask({std::string(host), server.port()}, get());
    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(outcome.body, "GET ");
  }

  EXPECT_EQ(engine.idle(), 1U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(Upstreams, CloseTheirKeptConnectionsWhenTheyAreGone) {
  Echo echo;
  Server server({.loops = 1}, echo);
  server.start();
  Loops loops(1);
  auto upstreams = std::make_unique<Upstreams>();
  ASSERT_FALSE(Asking::ask(loops, *upstreams, {"127.0.0.1", server.port()}, get()).failure);
  ASSERT_EQ(server.connections(), 1U);

  upstreams.reset();

  const auto end = std::chrono::steady_clock::now() + 5s;
  while (server.connections() != 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(server.connections(), 0U) << "long before idle_keep is over";
}

TEST(Upstreams, StreamBothWays) {
  Echo echo;
  Server server({.loops = 1}, echo);
  server.start();
  Engine engine;
  const std::string body(3'000'000, 'x');

  for (const Framing framing : {Framing::of_length(body.size()), Framing::chunked()}) {
    const Outcome outcome = engine.ask({"localhost", server.port()}, post(framing), body);
    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(outcome.body.size(), body.size() + 5);
  }
  EXPECT_EQ(engine.idle(), 1U);
}

TEST(Upstreams, SayThatNothingWasSentWhenNobodyListens) {
  const Endpoint nobody{"127.0.0.1", test::deaf_port()};
  Engine engine;

  const Outcome outcome = engine.ask(nobody, get());

  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->kind, Kind::Connect);
  EXPECT_TRUE(outcome.failure->provably_unsent);
}

TEST(Upstreams, ShowInterimAnswersBeforeTheFinalOne) {
  RawServer server(says("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" +
                        std::string(kOk)));
  Engine engine;

  const Outcome outcome = engine.ask(server.endpoint(), get());

  EXPECT_THAT(outcome.statuses, ElementsAre(103, 100, 200));
  EXPECT_EQ(outcome.body, "ok");
}

TEST(Upstreams, ReadAnAnswerThatEndsWithItsConnection) {
  RawServer server(says("HTTP/1.0 200 OK\r\n\r\neverything"));
  Engine engine;

  const Outcome outcome = engine.ask(server.endpoint(), get());

  EXPECT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.body, "everything");
  EXPECT_EQ(engine.idle(), 0U);
}

TEST(Upstreams, NeverHideATruncatedAnswer) {
  for (const std::string_view answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    RawServer server(says(std::string(answer)));
    Engine engine;
    const Outcome outcome = engine.ask(server.endpoint(), get());
    ASSERT_TRUE(outcome.failure) << answer;
    EXPECT_EQ(outcome.failure->kind, Kind::Closed) << answer;
  }
}

TEST(Upstreams, RefuseHostileAnswers) {
  for (const std::string_view answer :
       {"garbage\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    RawServer server(says(std::string(answer)));
    Engine engine;
    const Outcome outcome = engine.ask(server.endpoint(), get());
    ASSERT_TRUE(outcome.failure) << answer;
    EXPECT_EQ(outcome.failure->kind, Kind::Protocol) << answer;
  }
}

TEST(Upstreams, NeverReuseAConnectionWithBytesAfterTheEnd) {
  RawServer server(
      says(std::string(kOk) + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", false));
  Engine engine;

  EXPECT_EQ(engine.ask(server.endpoint(), get()).body, "ok");
  EXPECT_EQ(engine.idle(), 0U);
}

TEST(Upstreams, AskOnceMoreWhenAKeptConnectionDiesAndRepeatingIsSafe) {
  std::atomic<int> connections = 0;
  RawServer server([&](RawSocket& socket, int) {
    ++connections;
    socket.read_until("\r\n\r\n");
    socket.send(kOk);
    socket.read_until("\r\n\r\n");
  });
  Engine engine;
  ASSERT_EQ(engine.ask(server.endpoint(), get()).body, "ok");

  EXPECT_EQ(engine.ask(server.endpoint(), get()).body, "ok");
  EXPECT_EQ(connections, 2);
}

TEST(Upstreams, NeverAskTwiceWhatMayHaveArrived) {
  std::atomic<int> requests = 0;
  RawServer server([&](RawSocket& socket, int) {
    while (socket.read_until("\r\n\r\n").ends_with("\r\n\r\n")) {
      if (++requests == 2) return;
      socket.send(kOk);
    }
  });
  Engine engine;
  ASSERT_EQ(engine.ask(server.endpoint(), get(false)).body, "ok");

  const Outcome outcome = engine.ask(server.endpoint(), get(false));

  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->kind, Kind::Closed);
  EXPECT_TRUE(outcome.failure->stale);
  EXPECT_FALSE(outcome.failure->provably_unsent);
  EXPECT_EQ(requests, 2);
}

TEST(Upstreams, SurviveAnUpstreamThatClosesAfterEachAnswer) {
  RawServer server(says(std::string(kOk)));
  Engine engine;
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(engine.ask(server.endpoint(), get()).body, "ok") << i;
  }
}

TEST(Upstreams, SayWhatIsTooMuchForThem) {
  RawServer server(says("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nContent-Length: 0\r\n\r\n"));
  Engine engine({.limits = {.fields = 2}});
  const Outcome outcome = engine.ask(server.endpoint(), get());
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->kind, Kind::TooLarge);
}

TEST(Upstreams, GiveAnEventStreamItsOwnTime) {
  for (const bool stream : {true, false}) {
    RawServer server([stream](RawSocket& socket, int) {
      socket.read_until("\r\n\r\n");
      socket.send(std::string("HTTP/1.1 200 OK\r\nContent-Type: ") +
                  (stream ? "text/event-stream; charset=utf-8" : "text/plain") +
                  "\r\nContent-Length: 6\r\n\r\nabc");
      std::this_thread::sleep_for(200ms);
      socket.send("def");
    });
    Engine engine({.stall_timeout = 50ms, .stream_timeout = 10s});
    const Outcome outcome = engine.ask(server.endpoint(), get());
    EXPECT_EQ(outcome.failure.has_value(), !stream);
    if (stream) {
      EXPECT_EQ(outcome.body, "abcdef");
    }
  }
}

TEST(Upstreams, HoldTheirDeadlines) {
  RawServer silent(says("", false));
  Engine first_byte({.first_byte_timeout = 50ms});
  EXPECT_EQ(first_byte.ask(silent.endpoint(), get()).failure->kind, Kind::Timeout);

  RawServer stalls(says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false));
  Engine stall({.stall_timeout = 50ms});
  EXPECT_EQ(stall.ask(stalls.endpoint(), get()).failure->kind, Kind::Timeout);

  RawServer slow(says("", false));
  Engine total;
  Wanted request = get();
  request.request.deadline = std::chrono::steady_clock::now() + 50ms;
  EXPECT_THAT(total.ask(slow.endpoint(), request).failure->message, HasSubstr("deadline"));
}

TEST(Upstreams, HoldTheTimeToTheHeadThoughSomethingCameBeforeTheRequestWasComplete) {
  for (const std::string_view before :
       {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20"}) {
    RawServer server(says(std::string(before), false));
    Engine engine({.first_byte_timeout = 50ms});
    Wanted wanted = post(Framing::of_length(4));
    wanted.body_after_interim = true;

    const Outcome outcome = engine.ask(server.endpoint(), wanted, "body");

    EXPECT_THAT(outcome.statuses, ElementsAre(100));
    ASSERT_TRUE(outcome.failure) << "waits for ever after " << before;
    EXPECT_EQ(outcome.failure->kind, Kind::Timeout);
    EXPECT_FALSE(outcome.failure->provably_unsent);
  }
}

TEST(Upstreams, TakeAnEarlyAnswerToAnUnfinishedUpload) {
  RawServer server([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    socket.read_to_end();
  });
  Engine engine;

  const Outcome outcome = engine.ask(server.endpoint(), post(Framing::of_length(50'000'000)),
                                     std::string(50'000'000, 'x'));

  EXPECT_FALSE(outcome.failure);
  EXPECT_THAT(outcome.statuses, ElementsAre(413));
  EXPECT_EQ(engine.idle(), 0U);
}

TEST(Upstreams, DoNotWaitForAnUploadThatAResetHasEndedWhenTheAnswerIsHere) {
  constexpr std::chrono::milliseconds kStall{1'000};
  std::promise<void> may_reset;
  RawServer server([&](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    socket.shut_sending();
    may_reset.get_future().wait();
    socket.reset();
  });
  Engine engine({.stall_timeout = kStall});
  Loop& loop = engine.loops.at(0);
  const auto wait_on_loop = [&](std::chrono::milliseconds time) {
    std::promise<void> over;
    loop.after(time, [&] { over.set_value(); });
    over.get_future().wait();
  };
  const std::string body(std::size_t{32} << 20U, 'x');  // more than sockets hold
  const Wanted wanted = post(Framing::of_length(body.size()));
  std::shared_ptr<UpstreamExchange> exchange;
  std::promise<void> head_came;
  loop.post([&] {
    exchange = engine.upstreams.start(loop, server.endpoint(), wanted.request, wanted.write_head());
    exchange->read_head([&](const auto&) { head_came.set_value(); });
    exchange->write(body, [](bool) {});
  });
  head_came.get_future().wait();
  // A timer comes after all that the loop had found by then, the end of the upstream's side as
  // well.
  wait_on_loop(std::chrono::milliseconds(1));
  may_reset.set_value();
  wait_on_loop(kStall + kStall / 2);

  std::promise<std::string> answer;
  loop.post([&] {
    exchange->read_body([&](std::expected<BodyPiece, UpstreamFailure> piece) {
      answer.set_value(piece ? std::string(piece->bytes) : piece.error().message);
    });
  });
  EXPECT_EQ(answer.get_future().get(), "hello");
  std::promise<void> let_go;
  loop.post([&] {
    exchange = nullptr;
    let_go.set_value();
  });
  let_go.get_future().wait();
}

TEST(Upstreams, RefuseABodyOfAnotherLengthThanAnnounced) {
  RawServer server(says("", false));
  Engine engine;

  EXPECT_EQ(engine.ask(server.endpoint(), post(Framing::of_length(5)), "abc").failure->kind,
            Kind::Request);
  EXPECT_EQ(engine.ask(server.endpoint(), post(Framing::of_length(2)), "abc").failure->kind,
            Kind::Request);
}

TEST(Upstreams, CancelWhatNobodyWaitsFor) {
  std::promise<std::string> rest;
  RawServer server([&](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    rest.set_value(socket.read_to_end());
  });
  Engine engine;
  Loop& loop = engine.loops.at(0);
  loop.post([&] {
    auto exchange =
        engine.upstreams.start(loop, server.endpoint(), get().request, get().write_head());
    exchange->read_head([](auto) { FAIL() << "told after it was dropped"; });
    loop.after(30ms, [kept = std::move(exchange)]() mutable { kept.reset(); });
  });

  EXPECT_EQ(rest.get_future().get(), "");
}

TEST(Upstreams, EndWithTheirLoop) {
  RawServer server(says("", false));
  std::promise<UpstreamFailure> told;
  {
    Engine engine;
    Loop& loop = engine.loops.at(0);
    std::promise<void> started;
    auto exchange = std::make_shared<std::shared_ptr<UpstreamExchange>>();
    loop.post([&, exchange] {
      *exchange =
          engine.upstreams.start(loop, server.endpoint(), get().request, get().write_head());
      (*exchange)->read_head([&told, exchange](auto head) { told.set_value(head.error()); });
      started.set_value();
    });
    started.get_future().get();
  }
  EXPECT_EQ(told.get_future().get().kind, Kind::Cancelled);
}

}  // namespace
}  // namespace banyan::http
