// SPDX-License-Identifier: Apache-2.0
// Answers that are whole when their head is: how an upstream's is taken, how a client's is given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "asking.hpp"
#include "serving.hpp"
#include "sockets.hpp"

namespace banyan::http {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::size_t kSmall = 8192;

std::string answer_of(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

/// What take_small_body() gives, or what read_body() brings afterwards.
struct Taken {
  std::optional<std::string> small;
  std::string rest;
};

class Taking : public std::enable_shared_from_this<Taking> {
 public:
  /// A request with a body that is not finished before the answer's head came, if `upload`.
  static Taken from(Engine& engine, const Endpoint& endpoint, bool upload = false) {
    auto taking = std::make_shared<Taking>();
    auto done = taking->done_.get_future();
    Loop& loop = engine.loops.at(0);
    loop.post([&, taking] {
      const Wanted wanted = upload ? post(Framing::chunked()) : get();
      taking->exchange_ =
          engine.upstreams.start(loop, endpoint, wanted.request, wanted.write_head());
      taking->exchange_->read_head([taking](auto head) { taking->take(head.has_value()); });
    });
    return done.get();
  }

 private:
  void take(bool came) {
    ASSERT_TRUE(came);
    if (const auto body = exchange_->take_small_body()) {
      taken_.small = *body;
      return end();
    }
    exchange_->finish();
    next();
  }
  void next() {
    exchange_->read_body([self = shared_from_this()](auto piece) {
      if (!piece || piece->last) return self->end();
      self->taken_.rest += piece->bytes;
      self->next();
    });
  }
  void end() {
    exchange_ = nullptr;
    done_.set_value(std::move(taken_));
  }

  std::shared_ptr<UpstreamExchange> exchange_;
  Taken taken_;
  std::promise<Taken> done_;
};

/// Says it to each request, keeps the connection.
RawServer::Script says_and_stays(std::string bytes) {
  return [bytes = std::move(bytes)](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send(bytes);
    socket.read_to_end();
  };
}

TEST(SmallAnswers, AreTakenWithTheirHeadAndTheirConnectionIsKept) {
  for (const std::string& body : {std::string("ok"), std::string(), std::string(kSmall, 'x')}) {
    RawServer server(says_and_stays(answer_of(body)));
    Engine engine;
    EXPECT_EQ(Taking::from(engine, server.endpoint()).small, body);
    EXPECT_EQ(engine.idle(), 1U);
  }
}

TEST(SmallAnswers, AreNotTakenWhileBytesAreMissing) {
  std::promise<void> may_end;
  RawServer server([&](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
    may_end.get_future().wait();
    socket.send("lf");
    socket.read_to_end();
  });
  Engine engine;
  auto taken =
      std::async(std::launch::async, [&] { return Taking::from(engine, server.endpoint()); });
  may_end.set_value();
  const Taken result = taken.get();
  // Both pieces may have come at once.
  EXPECT_EQ(result.small.value_or(result.rest), "half");
  EXPECT_EQ(engine.idle(), 1U);
}

TEST(SmallAnswers, AreNeitherLargeNorOfUnknownLength) {
  const std::string large(kSmall + 1, 'x');
  RawServer sized(says_and_stays(answer_of(large)));
  RawServer chunked(
      says_and_stays("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
  RawServer closing([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\n\r\nok");
  });
  const auto rest_of = [](const RawServer& server) {
    Engine engine;
    const Taken taken = Taking::from(engine, server.endpoint());
    EXPECT_FALSE(taken.small);
    return taken.rest;
  };
  EXPECT_EQ(rest_of(sized), large);
  EXPECT_EQ(rest_of(chunked), "ok");
  EXPECT_EQ(rest_of(closing), "ok");
}

TEST(SmallAnswers, AreNotTakenBeforeTheRequestIsSent) {
  RawServer server(says_and_stays(answer_of("early")));
  Engine engine;
  const Taken taken = Taking::from(engine, server.endpoint(), true);
  EXPECT_FALSE(taken.small);
  EXPECT_EQ(taken.rest, "early");
}

TEST(SmallAnswers, WithMoreBehindThemCostTheirConnection_RFC9112_9_2) {
  RawServer server(says_and_stays(answer_of("mine") + answer_of("of whom?")));
  Engine engine;
  EXPECT_EQ(Taking::from(engine, server.endpoint()).small, "mine");
  EXPECT_EQ(engine.idle(), 0U);
}

TEST(SmallAnswers, OfAnUpstreamThatClosesCostTheirConnection) {
  RawServer server(
      says_and_stays("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                     "Content-Length: 2\r\n\r\nok"));
  Engine engine;
  EXPECT_EQ(Taking::from(engine, server.endpoint()).small, "ok");
  EXPECT_EQ(engine.idle(), 0U);
}

constexpr std::string_view kAsk = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST(SmallAnswers, AreGivenWhole) {
  Running running([](const std::shared_ptr<Exchange>& exchange) {
    exchange->answer(text("").head, Framing::of_length(9), "all of it");
  });
  EXPECT_THAT(running.ask(kAsk),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("X-Request-Id: "),
                    HasSubstr("Content-Length: 9\r\n"), EndsWith("\r\n\r\nall of it")));
}

TEST(SmallAnswers, ToPipelinedRequestsComeInTheirOrder) {
  Running running([](const std::shared_ptr<Exchange>& exchange) {
    exchange->answer(text("").head, Framing::of_length(2), exchange->head().target);
  });
  const std::string answers = running.ask(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_LT(answers.find("\r\n\r\n/1HTTP"), answers.find("\r\n\r\n/2HTTP"));
  EXPECT_THAT(answers, EndsWith("\r\n\r\n/3"));
}

TEST(SmallAnswers, ToHeadHaveTheLengthOnly) {
  Running running([](const std::shared_ptr<Exchange>& exchange) {
    exchange->answer(text("").head, Framing::of_length(9), "all of it");
  });
  EXPECT_THAT(running.ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 9\r\n"), EndsWith("\r\n\r\n")));
}

TEST(SmallAnswers, MayHaveNoBodyHoweverItIsFramed) {
  Running running([](const std::shared_ptr<Exchange>& exchange) {
    ResponseHead head;
    head.status = 304;
    exchange->answer(head, Framing::chunked(), {});
  });
  EXPECT_THAT(running.ask(kAsk), AllOf(StartsWith("HTTP/1.1 304 "), EndsWith("\r\n\r\n")));
}

TEST(SmallAnswers, ThatCannotBeSentBecomeAFiveHundred) {
  Running running([](const std::shared_ptr<Exchange>& exchange) {
    ResponseHead head;
    head.fields.add("Location", "/a\r\nSet-Cookie: b");
    exchange->answer(head, Framing::of_length(6), "secret");
  });
  EXPECT_THAT(running.ask(kAsk), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("Set-Cookie")),
                                       Not(HasSubstr("secret"))));
}

TEST(SmallAnswers, FollowAnInterimOne) {
  Running running([](const std::shared_ptr<Exchange>& exchange) {
    ResponseHead hints;
    hints.status = 103;
    exchange->inform(hints);
    exchange->answer(text("").head, Framing::of_length(9), "all of it");
  });
  EXPECT_THAT(running.ask(kAsk), AllOf(StartsWith("HTTP/1.1 103 "), HasSubstr("HTTP/1.1 200 "),
                                       EndsWith("\r\n\r\nall of it")));
}

TEST(SmallAnswers, ComeOnlyOnce) {
  Running running([](const std::shared_ptr<Exchange>& exchange) {
    exchange->answer(text("").head, Framing::of_length(5), "first");
    exchange->answer(text("").head, Framing::of_length(6), "second");
  });
  EXPECT_THAT(running.ask(kAsk), AllOf(EndsWith("first"), Not(HasSubstr("second"))));
}

}  // namespace
}  // namespace banyan::http
