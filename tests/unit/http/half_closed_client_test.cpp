// SPDX-License-Identifier: Apache-2.0
// Clients that have said all, and wait for the answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "banyan/http/client.hpp"
#include "serving.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

TEST(Server, GivesAHalfClosedClientItsAnswerWhenThatIsAllowed) {
  ServerOptions options;
  options.allow_half_close = true;
  std::promise<std::shared_ptr<Exchange>> arrived;
  Running running([&](std::shared_ptr<Exchange> exchange) { arrived.set_value(exchange); },
                  options);
  RawSocket client = running.connect();
  client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  client.shut_sending();
  arrived.get_future().get()->respond(text("still here"));

  EXPECT_THAT(client.read_to_end(), HasSubstr("still here"));
}

TEST(Server, GivesAHalfClosedClientTheAnswersToAllThatItHasAsked) {
  ServerOptions options;
  options.allow_half_close = true;
  std::promise<std::shared_ptr<Exchange>> arrived;
  Running running(
      [&](std::shared_ptr<Exchange> exchange) {
        if (exchange->head().target == "/1") return arrived.set_value(exchange);
        echo(std::move(exchange));
      },
      options);
  RawSocket client = running.connect();
  client.send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  client.shut_sending();
  arrived.get_future().get()->respond(text("the first"));

  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("the first"), HasSubstr("hello")));
}

TEST(Server, NoticesAtOnceThatAHalfClosedClientIsGone) {
  ServerOptions options;
  options.allow_half_close = true;
  std::promise<std::shared_ptr<Exchange>> arrived;
  std::promise<void> aborted;
  Running running(
      [&](std::shared_ptr<Exchange> exchange) {
        exchange->on_abort([&] { aborted.set_value(); });
        arrived.set_value(exchange);
      },
      options);
  RawSocket client = running.connect();
  client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  client.shut_sending();
  const auto kept = arrived.get_future().get();
  // A timer comes after all that the loop had found by then, the half-close among it.
  std::promise<void> half_closed;
  kept->loop().after(1ms, [&] { half_closed.set_value(); });
  half_closed.get_future().wait();
  client.reset();

  EXPECT_EQ(aborted.get_future().wait_for(5s), std::future_status::ready);
}

TEST(Server, LetsGoOfAHalfClosedClientThatHasNotSaidAll) {
  ServerOptions options;
  options.allow_half_close = true;
  Running running(echo, options);
  RawSocket client = running.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  client.shut_sending();
  EXPECT_EQ(client.read_to_end(), "");

  RawSocket other = running.connect();
  other.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTT");
  other.shut_sending();
  EXPECT_THAT(other.read_to_end(), HasSubstr("HTTP/1.1 200"));
}

}  // namespace
}  // namespace banyan::http
