// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <mutex>
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

TEST(Server, AnswersPipelinedRequestsInOrderAlsoFromOtherThreads) {
  std::atomic<int> turn = 0;
  std::vector<std::jthread> workers;
  Running running([&](std::shared_ptr<Exchange> exchange) {
    if (turn++ % 2 == 0) return echo(std::move(exchange));
    workers.emplace_back([exchange] { exchange->respond(text(exchange->head().target)); });
  });

  const std::string answers = running.ask(
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
      "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthree\r\n0\r\n\r\n"
      "GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  const std::size_t first = answers.find("POST /1 one");
  const std::size_t second = answers.find("/2");
  const std::size_t third = answers.find("POST /3 three");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, answers.find("/4"));
  EXPECT_THAT(answers, AllOf(HasSubstr("Date: "), HasSubstr("X-Request-Id: "),
                             HasSubstr("Connection: close")));
}

TEST(Server, TellsByWhichListenerAnExchangeCame) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("banyan-listeners-" + std::to_string(::getpid()) + ".sock");
  const Endpoint socket{std::string(kUnixPrefix) + path.string(), 0};
  Running running(
      [](std::shared_ptr<Exchange> exchange) {
        exchange->respond(text("listener " + std::to_string(exchange->listener()) + " of " +
                               exchange->peer().host));
      },
      {.listen = {{"127.0.0.1", 0}, {"::1", 0}, socket}});
  const Request request{{.method = "GET", .target = "/"}, ""};
  const auto ask = [&](const Endpoint& endpoint) {
    const auto answer = Client(endpoint).exchange(request, std::chrono::steady_clock::now() + 5s);
    return answer ? answer->body : answer.error().message;
  };

  EXPECT_EQ(ask({"127.0.0.1", running.server.port(0)}), "listener 0 of 127.0.0.1");
  EXPECT_EQ(ask({"::1", running.server.port(1)}), "listener 1 of ::1");
  RawSocket local = RawSocket::at(path);
  local.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(local.read_to_end(), testing::EndsWith("\r\n\r\nlistener 2 of unix:"));
}

TEST(Server, SaysWhatIsWrongWithMalformedInputAndCloses) {
  Running running(echo);

  EXPECT_THAT(running.ask("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n"),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("Connection: close"),
                    HasSubstr("application/problem+json"), HasSubstr("http.bad_transfer_encoding"),
                    Not(HasSubstr("smuggled"))));
}

TEST(Server, AnswersLimitsWithTheirStatus) {
  ServerOptions options;
  options.limits = {.head_bytes = 500, .target_bytes = 50, .fields = 5, .body_bytes = 100};
  Running running(echo, options);

  EXPECT_THAT(running.ask("GET /" + std::string(200, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"),
              StartsWith("HTTP/1.1 414 "));
  EXPECT_THAT(running.ask("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(600, 'a')),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(running.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(running.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "60\r\n" +
                          std::string(0x60, 'a') + "\r\n60\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST(Server, RefusesABodyThatIsTooLongForTheOperation) {
  Running running(echo);  // takes 1000 bytes

  EXPECT_THAT(running.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" +
                          std::string(2000, 'a')),
              StartsWith("HTTP/1.1 413 "));
}

TEST(Server, GivesUpOnSlowHeadsSlowBodiesAndIdleClients) {
  ServerOptions options;
  options.head_timeout = 60ms;
  options.body_timeout = 60ms;
  options.idle_timeout = 60ms;
  Running running(echo, options);

  EXPECT_THAT(running.ask("GET / HTTP/1.1\r\nHo"), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(running.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab"),
              StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(running.ask(""), "");
  EXPECT_THAT(running.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, SendsContinueOnlyWhenTheBodyIsAskedFor) {
  Running running([](std::shared_ptr<Exchange> exchange) {
    if (exchange->head().target == "/no") return exchange->respond(text("no", 403));
    echo(std::move(exchange));
  });
  const std::string request =
      " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";

  RawSocket client = running.connect();
  client.send("PUT /yes" + request);
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_THAT(client.read_until("ok"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(running.ask("PUT /no" + request),
              AllOf(StartsWith("HTTP/1.1 403 "), HasSubstr("Connection: close")));
}

TEST(Server, AnswersHeadWithTheLengthButWithoutTheBody) {
  Running running(echo);

  const std::string answer =
      running.ask("HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 8"), Not(HasSubstr("HEAD /x"))));
}

TEST(Server, KeepsTheRequestIdOfAClient) {
  Running running(echo);

  EXPECT_THAT(running.ask("GET / HTTP/1.0\r\nX-Request-Id: from-the-edge\r\n\r\n"),
              AllOf(HasSubstr("X-Request-Id: from-the-edge"), HasSubstr("Connection: close")));
}

TEST(Server, AnswersFiveHundredForWhatCannotBeSentOrWasForgotten) {
  Running running([](std::shared_ptr<Exchange> exchange) {
    if (exchange->head().target == "/forget") return;
    if (exchange->head().target == "/throw") throw std::runtime_error("secret");
    Response response = text("");
    response.head.fields.add("Location", "/a\r\nSet-Cookie: b");
    exchange->respond(std::move(response));
  });
  const auto ask = [&](std::string_view target) {
    return running.ask("GET " + std::string(target) +
                       " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  };

  EXPECT_THAT(ask("/split"), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("Set-Cookie"))));
  EXPECT_THAT(ask("/forget"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(ask("/throw"), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("secret"))));
  const std::lock_guard lock(running.mutex);
  EXPECT_EQ(running.faults,
            "the value of field 'Location' holds a line break or another control character"
            "the application dropped a request without an answer"
            "secret");
}

/// Sends the body back piece by piece, never holding more than one.
class Relay : public std::enable_shared_from_this<Relay> {
 public:
  explicit Relay(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  void start() {
    exchange_->begin(text("").head, exchange_->framing());
    next();
  }

 private:
  void next() {
    exchange_->read_body([self = shared_from_this()](std::expected<BodyPiece, Refusal> piece) {
      if (!piece) return;
      if (piece->last) return self->exchange_->finish();
      self->exchange_->write(piece->bytes, [self](bool sent) {
        if (sent) self->next();
      });
    });
  }
  std::shared_ptr<Exchange> exchange_;
};

TEST(Server, StreamsBothWaysWithBackPressure) {
  Running running([](std::shared_ptr<Exchange> exchange) {
    std::make_shared<Relay>(std::move(exchange))->start();
  });
  const std::string body = [] {
    std::string made;
    while (made.size() < 3'000'000) made += std::to_string(made.size()) + ",";
    return made;
  }();
  for (const bool chunked : {false, true}) {
    RawSocket client(running.server.port(), 4096);
    std::jthread sender([&] {
      std::string head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
      if (!chunked) {
        client.send(head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return;
      }
      client.send(head + "Transfer-Encoding: chunked\r\n\r\n");
      for (std::size_t at = 0; at < body.size(); at += 70'000) {
        const std::string part = body.substr(at, 70'000);
        char size[32];
        std::snprintf(size, sizeof size, "%zx\r\n", part.size());
        client.send(size + part + "\r\n");
      }
      client.send("0\r\n\r\n");
    });
    const std::string answer = client.read_to_end();
    if (chunked) {
      EXPECT_TRUE(answer.ends_with("\r\n0\r\n\r\n"));
      EXPECT_GT(answer.size(), body.size());
    } else {
      EXPECT_TRUE(answer.ends_with(body));
    }
  }
}

TEST(Server, TellsTheApplicationThatTheClientWentAway) {
  std::promise<void> arrived;
  std::promise<void> aborted;
  std::mutex mutex;
  std::shared_ptr<Exchange> kept;
  Running running([&](std::shared_ptr<Exchange> exchange) {
    exchange->on_abort([&] { aborted.set_value(); });
    const std::lock_guard lock(mutex);
    kept = std::move(exchange);
    arrived.set_value();
  });

  {
    RawSocket client = running.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_EQ(arrived.get_future().wait_for(5s), std::future_status::ready);
  }

  EXPECT_EQ(aborted.get_future().wait_for(5s), std::future_status::ready);
  const std::lock_guard lock(mutex);
  kept->respond(text("too late"));
  kept.reset();
}

TEST(Server, SendsTheEndOfItsLastAnswerInTheSamePacket) {
  constexpr unsigned kClients = 50;
  Running running(echo);
  unsigned packets = 0;
  for (unsigned i = 0; i < kClients; ++i) {
    RawSocket client = running.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read_to_end(), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("GET / ")));
    packets += client.packets_received();
  }
  // What opens the connection, what acknowledges the request, and the answer with its end. The
  // system may send another now and then.
  EXPECT_GE(packets, 2 * kClients);
  EXPECT_LT(packets, 3 * kClients + kClients / 2);
}

TEST(Server, EndsALargeLastAnswerWhenAllOfItIsSent) {
  const std::string body(3'000'000, 'x');
  Running running([&](std::shared_ptr<Exchange> exchange) { exchange->respond(text(body)); });
  RawSocket client(running.server.port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), EndsWith("\r\n\r\n" + body));
}

TEST(Server, AnswersAlsoWhoSaysMoreThanItAnnounced) {
  Running running(echo);
  EXPECT_THAT(running.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" +
                          std::string(100'000, 'x')),
              AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("GET / ")));
}

TEST(Server, CutsAnAnswerThatEndsShort) {
  Running running([](std::shared_ptr<Exchange> exchange) {
    exchange->begin(text("").head, Framing::of_length(10));
    exchange->write("abc", [exchange](bool) { exchange->finish(); });
  });

  const std::string answer = running.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_THAT(answer, HasSubstr("<reset>"));
}

TEST(Server, CutsAnAnswerWithATrailerThatCannotBeSent) {
  Running running([](std::shared_ptr<Exchange> exchange) {
    exchange->begin(text("").head, Framing::chunked());
    exchange->write("abc", [exchange](bool) {
      exchange->finish(Fields{{"X-Sum", "1\r\n\r\nHTTP/1.1 200 OK"}});
    });
  });

  const std::string answer = running.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_THAT(answer, AllOf(HasSubstr("<reset>"), Not(HasSubstr("X-Sum"))));
  const std::lock_guard lock(running.mutex);
  EXPECT_THAT(running.faults, HasSubstr("trailer"));
}

TEST(Server, TurnsAwayWhoIsTooMany) {
  ServerOptions options;
  options.max_connections = 1;
  Running running(echo, options);
  RawSocket first = running.connect();
  first.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  first.read_until("GET /first ");

  EXPECT_THAT(running.connect().read_to_end(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After")));
}

TEST(Server, SharesItsPortWithNoOtherServer) {
  Running running([](std::shared_ptr<Exchange> exchange) { exchange->respond(text("hello")); });
  const Endpoint taken{"127.0.0.1", running.server.port()};
  EXPECT_FALSE(is_free(taken));
  Handling application([](std::shared_ptr<Exchange> /*exchange*/) {});
  Server second({.listen = {taken}, .loops = 2}, application);
  EXPECT_THROW(second.start(), std::system_error);
  running.server.drain(0ms);
  EXPECT_TRUE(is_free(taken));
  second.start();
  EXPECT_EQ(second.port(), taken.port);
}

TEST(Server, IsSeenAtAPathAsWell) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("banyan-free-" + std::to_string(::getpid()) + ".sock");
  const Endpoint socket{std::string(kUnixPrefix) + path.string(), 0};
  EXPECT_TRUE(is_free(socket));
  Running running([](std::shared_ptr<Exchange> /*exchange*/) {}, {.listen = {socket}});
  EXPECT_FALSE(is_free(socket));
}

TEST(Server, SaysWhichAddressItCannotListenOn) {
  Running running(echo, {.loops = 1});
  Handling application(echo);
  Server second({.listen = {{"127.0.0.1", running.server.port()}}, .loops = 1}, application);

  try {
    second.start();
    FAIL() << "two servers share a port";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:" + std::to_string(running.server.port())));
  }
}

}  // namespace
}  // namespace banyan::http
