// SPDX-License-Identifier: Apache-2.0
#include "http/upstream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <string>

#include "http/server.hpp"
#include "sockets.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

using Kind = UpstreamFailure::Kind;
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Outcome {
  std::vector<unsigned> statuses;
  std::string body;
  std::optional<UpstreamFailure> failure;
};

struct Wanted {
  RequestHead head;
  UpstreamRequest request;

  WriteHead write_head() const {
    return [this](HeadWriter& out) {
      out.request_line(head.method, head.target);
      out.add(head.fields);
    };
  }
};

/// Carries out one request on a loop, from the outside.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  static Outcome ask(Loops& loops, Upstreams& upstreams, const Endpoint& endpoint,
                     Wanted request, std::string body = {}) {
    auto asking = std::make_shared<Asking>();
    asking->body_ = std::move(body);
    auto outcome = asking->done_.get_future();
    Loop& loop = loops.at(0);
    loop.post([&, asking, wanted = std::move(request)]() mutable {
      const bool has_body = wanted.request.framing.kind != Framing::Kind::None;
      asking->exchange_ = upstreams.start(loop, endpoint, wanted.request, wanted.write_head());
      asking->next_head();
      if (has_body) asking->next_piece();
    });
    if (outcome.wait_for(5s) != std::future_status::ready) return {};
    return outcome.get();
  }

 private:
  void next_piece() {
    const std::string_view piece = std::string_view(body_).substr(sent_, 40'000);
    sent_ += piece.size();
    if (piece.empty()) return exchange_->finish();
    exchange_->write(piece, [self = shared_from_this()](bool sent) {
      if (sent && self->exchange_) self->next_piece();
    });
  }
  void next_head() {
    exchange_->read_head(
        [self = shared_from_this()](std::expected<ResponseHead*, UpstreamFailure> head) {
          if (!head) return self->end(head.error());
          self->outcome_.statuses.push_back((*head)->status);
          if (interim(**head)) return self->next_head();
          self->next_bytes();
        });
  }
  void next_bytes() {
    exchange_->read_body(
        [self = shared_from_this()](std::expected<BodyPiece, UpstreamFailure> piece) {
          if (!piece) return self->end(piece.error());
          if (piece->last) return self->end(std::nullopt);
          self->outcome_.body += piece->bytes;
          self->next_bytes();
        });
  }
  void end(std::optional<UpstreamFailure> failure) {
    outcome_.failure = std::move(failure);
    exchange_.reset();
    done_.set_value(std::move(outcome_));
  }

  std::shared_ptr<UpstreamExchange> exchange_;
  std::string body_;
  std::size_t sent_ = 0;
  Outcome outcome_;
  std::promise<Outcome> done_;
};

Wanted get(bool safe = true) {
  return {{"GET", "/x", 1, {{"Host", "a"}}}, {Framing::none(), safe, std::nullopt}};
}
Wanted post(Framing framing) {
  return {{"POST", "/x", 1, {{"Host", "a"}}}, {framing, false, std::nullopt}};
}

RawServer::Script says(std::string bytes, bool then_close = true) {
  return [bytes = std::move(bytes), then_close](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send(bytes);
    if (!then_close) socket.read_to_end();
  };
}

class Echo final : public Application {
 public:
  void handle(std::shared_ptr<Exchange> exchange) override {
    exchange->collect_body(10'000'000, [exchange](std::expected<std::string, Refusal> body) {
      Response response;
      if (body) response.body = exchange->head().method + " " + *body;
      exchange->respond(std::move(response));
    });
  }
};

struct Engine {
  explicit Engine(UpstreamOptions options = {}) : upstreams(options) {}
  Outcome ask(const Endpoint& endpoint, Wanted request, std::string body = {}) {
    return Asking::ask(loops, upstreams, endpoint, std::move(request), std::move(body));
  }
  std::size_t idle() {
    std::promise<std::size_t> count;
    loops.at(0).post([&] { count.set_value(upstreams.idle_connections(loops.at(0))); });
    return count.get_future().get();
  }
  Upstreams upstreams;
  Loops loops{1};
};

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
  Endpoint nobody;
  {
    RawServer gone(says(""));
    nobody = gone.endpoint();
  }
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
    auto exchange = engine.upstreams.start(loop, server.endpoint(), get().request, get().write_head());
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
      *exchange = engine.upstreams.start(loop, server.endpoint(), get().request, get().write_head());
      (*exchange)->read_head([&told, exchange](auto head) { told.set_value(head.error()); });
      started.set_value();
    });
    started.get_future().get();
  }
  EXPECT_EQ(told.get_future().get().kind, Kind::Cancelled);
}

}  // namespace
}  // namespace banyan::http
