// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "banyan/http/server.hpp"
#include "sockets.hpp"
#include "support/deaf_port.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using Kind = ClientFailure::Kind;

SteadyTime in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

const Request kGetX{{"GET", "/x", 1, {}}, ""};
const Request kPost{{"POST", "/x", 1, {}}, "body"};
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void read_request(RawSocket& socket) { socket.read_until("\r\n\r\n"); }

/// A server that says the same to every request and then waits for the client to go.
RawServer::Script says(std::string bytes, bool then_close = true) {
  return [bytes = std::move(bytes), then_close](RawSocket& socket, int) {
    read_request(socket);
    socket.send(bytes);
    if (!then_close) socket.read_to_end();
  };
}

ClientFailure failure_against(const std::string& answer, bool then_close = true,
                              ClientOptions options = {}) {
  RawServer server(says(answer, then_close));
  Client client(server.endpoint(), options);
  const auto result = client.exchange(kGetX, in(2s));
  EXPECT_FALSE(result) << "took: " << answer;
  return result ? ClientFailure{} : result.error();
}

class Echo final : public Application {
 public:
  void handle(std::shared_ptr<Exchange> exchange) override {
    exchange->collect_body(1 << 20, [exchange](std::expected<std::string, Refusal> body) {
      Response response;
      if (body) response.body = exchange->head().method + " " + *body;
      exchange->respond(std::move(response));
    });
  }
};

TEST(Client, AsksAndKeepsTheConnection) {
  Echo echo;
  Server server({.loops = 1}, echo);
  server.start();
  Client client({"localhost", server.port()});

  for (int i = 0; i < 3; ++i) {
    const auto answer = client.exchange(kPost, in(2s));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "POST body");
  }

  EXPECT_EQ(client.idle_connections(), 1U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(Client, ServesManyThreadsWithABoundedPool) {
  Echo echo;
  Server server({.loops = 2}, echo);
  server.start();
  Client client({"127.0.0.1", server.port()}, {.max_idle = 2});
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 50; ++n) answered += client.exchange(kPost, in(5s)) ? 1 : 0;
      });
    }
  }

  EXPECT_EQ(answered, 300);
  EXPECT_LE(client.idle_connections(), 2U);
}

TEST(Client, SendsLargeBodiesAndReadsLargeAnswers) {
  Echo echo;
  Server server({.loops = 1}, echo);
  server.start();
  Client client({"127.0.0.1", server.port()});
  const Request large{{"PUT", "/", 1, {}}, std::string(1'000'000, 'x')};

  const auto answer = client.exchange(large, in(5s));

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), 1'000'004U);
}

TEST(Client, SaysThatNothingWasSentWhenNobodyListens) {
  Client client({"127.0.0.1", test::deaf_port()});

  const auto answer = client.exchange(kPost, in(2s));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::Connect);
  EXPECT_TRUE(answer.error().provably_unsent);
}

TEST(Client, HoldsItsDeadlineAgainstASilentAndASlowServer) {
  RawServer silent(says("", false));
  RawServer slow([](RawSocket& socket, int) {
    read_request(socket);
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    socket.read_to_end();
  });
  for (const RawServer* server : {&silent, &slow}) {
    Client client(server->endpoint());
    const auto start = std::chrono::steady_clock::now();
    const auto answer = client.exchange(kPost, in(80ms));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::Timeout);
    EXPECT_FALSE(answer.error().provably_unsent);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
  }
}

TEST(Client, StopsWaitingWhenTheAskingIsGivenUp) {
  std::stop_source given_up;
  const RawServer server([&](RawSocket& socket, int) {
    read_request(socket);
    given_up.request_stop();
    socket.read_to_end();
  });
  Client client(server.endpoint());
  const auto result = client.exchange(kGetX, in(1h), Repeat::Never, given_up.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::Timeout);
  EXPECT_THAT(result.error().message, HasSubstr("given up"));
  EXPECT_FALSE(client.exchange(kGetX, in(1h), Repeat::Never, given_up.get_token()))
      << "nor does it begin to wait";
}

TEST(Client, RefusesHostileAnswers) {
  EXPECT_EQ(failure_against("garbage\r\n\r\n").kind, Kind::Protocol);
  EXPECT_EQ(
      failure_against("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok").kind,
      Kind::Protocol);
  EXPECT_EQ(failure_against("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                            "Transfer-Encoding: chunked\r\n\r\nok")
                .kind,
            Kind::Protocol);
  EXPECT_EQ(failure_against("HTTP/1.1 101 Switching Protocols\r\n\r\n").kind, Kind::Protocol);
  std::string endless;
  for (int i = 0; i < 50; ++i) endless += "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_EQ(failure_against(endless).kind, Kind::Protocol);
}

TEST(Client, TakesAnswersThatEndWithTheirConnection_RFC9112_6_3) {
  for (const char* const version : {"HTTP/1.0", "HTTP/1.1"}) {
    for (const std::string& body : {std::string(), std::string("all there is")}) {
      RawServer server(says(version + std::string(" 200 OK\r\n\r\n") + body));
      Client client(server.endpoint());
      for (int again = 0; again < 2; ++again) {
        const auto answer = client.exchange(kGetX, in(2s));
        ASSERT_TRUE(answer) << version << ' ' << answer.error().message;
        EXPECT_EQ(answer->body, body);
      }
      EXPECT_EQ(client.idle_connections(), 0U);
    }
  }
}

TEST(Client, TakesNoAnswerThatEndsWithAReset) {
  RawServer server([](RawSocket& socket, int) {
    read_request(socket);
    socket.send("HTTP/1.0 200 OK\r\n\r\nhalf of");
    socket.reset();
  });
  Client client(server.endpoint());
  const auto answer = client.exchange(kGetX, in(2s));
  ASSERT_FALSE(answer) << answer->body;
  EXPECT_EQ(answer.error().kind, Kind::Closed);
}

TEST(Client, TakesAnAnswerThatEndsWithItsConnectionFromWhoseAnswersMay) {
  RawServer server(says("HTTP/1.1 200 OK\r\n\r\nuntil I close"));
  Loops loops(1);
  Upstreams upstreams{UpstreamOptions{}};
  const auto answer = ask(loops.at(0), upstreams, server.endpoint(), kGetX, in(2s), Repeat::Never,
                          {.end = AnswerEnd::MayBeTheConnections});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "until I close");
}

TEST(Client, NoticesTruncatedAnswers) {
  EXPECT_EQ(failure_against("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").kind, Kind::Closed);
  EXPECT_EQ(
      failure_against("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n").kind,
      Kind::Closed);
  EXPECT_THAT(failure_against("").message, HasSubstr("before it answered"));
}

TEST(Client, RefusesAnswersLongerThanItsLimit) {
  EXPECT_EQ(failure_against("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", false,
                            {.limits = {.body_bytes = 10}})
                .kind,
            Kind::TooLarge);
  EXPECT_EQ(
      failure_against("HTTP/1.0 200 OK\r\n\r\n0123456789a", true, {.limits = {.body_bytes = 10}})
          .kind,
      Kind::TooLarge);
  EXPECT_EQ(failure_against("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "6\r\nabcdef\r\n5\r\nghijk\r\n",
                            false, {.limits = {.body_bytes = 10}})
                .kind,
            Kind::TooLarge);
}

TEST(Client, SkipsInterimAnswersAndTakesAnEarlyOne) {
  RawServer server(says("HTTP/1.1 100 Continue\r\n\r\n" + std::string(kOk)));
  Client client(server.endpoint());
  EXPECT_EQ(client.exchange(kPost, in(2s))->body, "ok");

  RawServer early([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    socket.read_to_end();
  });
  Client uploader(early.endpoint());
  const auto answer =
      uploader.exchange({{"PUT", "/", 1, {}}, std::string(20'000'000, 'x')}, in(4s));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 413U);
  EXPECT_EQ(uploader.idle_connections(), 0U);
}

TEST(Client, NeverReusesAConnectionWithBytesAfterTheEnd) {
  RawServer server(says(std::string(kOk) + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"));
  Client client(server.endpoint());

  EXPECT_EQ(client.exchange(kGetX, in(2s))->body, "ok");
  EXPECT_EQ(client.exchange(kGetX, in(2s))->body, "ok");
}

TEST(Client, NeverReusesAConnectionThatTheServerClosed) {
  RawServer server(says(std::string(kOk)));
  Client client(server.endpoint());
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.exchange(kGetX, in(2s), Repeat::Safe);
    ASSERT_TRUE(answer) << answer.error().message;
  }
}

/// Answers the first request of a connection and closes at the second without a word.
void answers_only_once(RawSocket& socket, int) {
  read_request(socket);
  socket.send(kOk);
  read_request(socket);
}

TEST(Client, AsksOnceMoreWhenAKeptConnectionDiesAndRepeatingIsSafe) {
  RawServer server(answers_only_once);
  Client client(server.endpoint());
  ASSERT_TRUE(client.exchange(kGetX, in(2s)));

  EXPECT_TRUE(client.exchange(kGetX, in(2s), Repeat::Safe));
}

TEST(Client, NeverAsksTwiceOnItsOwnWhatMayHaveArrived) {
  std::atomic<int> requests = 0;
  RawServer server([&](RawSocket& socket, int) {
    while (socket.read_until("\r\n\r\nbody").ends_with("body")) {
      if (++requests % 2 == 0) return;
      socket.send(kOk);
    }
  });
  Client client(server.endpoint());
  ASSERT_TRUE(client.exchange(kPost, in(2s)));

  const auto answer = client.exchange(kPost, in(2s));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::Closed);
  EXPECT_FALSE(answer.error().provably_unsent);
  EXPECT_TRUE(answer.error().stale);
  EXPECT_EQ(requests, 2);
}

TEST(Client, TellsAFaultOfItsOwnFromAnEndOfTheConnection) {
  using Upstream = UpstreamFailure::Kind;
  EXPECT_EQ(failure_of({Upstream::Fault, "an exception"}).kind, Kind::Fault);
  EXPECT_EQ(failure_of({Upstream::Cancelled, "the loop has ended"}).kind, Kind::Fault);
  EXPECT_EQ(failure_of({Upstream::Closed, "the connection ended"}).kind, Kind::Closed);
}

TEST(Client, IsNeverHeldUpByAName) {
  std::promise<void> over;
  const auto hang = std::make_shared<std::shared_future<void>>(over.get_future());
  const LookUp hanging =
      [hang](const Endpoint&) -> std::expected<std::vector<Endpoint>, std::string> {
    hang->wait();
    return std::unexpected("over");
  };
  const auto began = std::chrono::steady_clock::now();
  {
    Client client({"shop.invalid", 80}, {.look_up = hanging});
    const auto answer = client.exchange(kGetX, in(50ms));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::Timeout);
    EXPECT_TRUE(answer.error().provably_unsent);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s) << "neither the call nor the end";
  over.set_value();
}

TEST(Client, SpeaksToAUnixSocket) {
  const std::string path = testing::TempDir() + "banyan_client_" + std::to_string(::getpid());
  Echo echo;
  Server server({.listen = {{"unix:" + path, 0}}, .loops = 1}, echo);
  server.start();
  Client client({"unix:" + path, 0});
  const auto answer = client.exchange(kPost, in(2s));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "POST body");
}

TEST(Client, RefusesToSendASplitRequest) {
  Client client({"127.0.0.1", 1});
  const auto answer = client.exchange({{"GET", "/", 1, {{"A", "b\r\nC: d"}}}, ""}, in(1s));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::Request);
}

}  // namespace
}  // namespace banyan::http
