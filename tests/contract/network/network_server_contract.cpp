// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

#include "contract/network/network_under_test.hpp"

namespace banyan::contract {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kLast = "Connection: close\r\n";

std::string get(std::string_view target, std::string_view fields = kLast) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view fields, std::string_view body) {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

/// Nobody has to look for what is smuggled behind a request that is refused.
constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_P(NetworkServerContract, AnswersAndKeepsTheConnection) {
  const Running running(GetParam(), echo);
  http::RawSocket client = running.connect();
  client.send(get("/one", ""));
  EXPECT_THAT(client.read_until("GET /one "), StartsWith("HTTP/1.1 200 OK\r\n"));
  client.send(post("Content-Length: 3\r\n", "abc"));
  EXPECT_THAT(client.read_until("POST /x abc"), HasSubstr("Content-Length: 11\r\n"));
  client.send(post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  const std::string answer = client.read_until("POST /x abcde");
  EXPECT_THAT(answer, HasSubstr("POST /x abcde"));
  EXPECT_THAT(answer, HasSubstr("X-Request-Id: "));
  EXPECT_THAT(answer, HasSubstr("Date: "));
  client.send(get("/last"));
  EXPECT_THAT(client.read_to_end(), HasSubstr("Connection: close"));
}

TEST_P(NetworkServerContract, LetsOnlyOneReadingOfARequestPass) {
  const Running running(GetParam(), echo);
  std::size_t told = 0;
  const auto refuses = [&](const std::string& bytes) {
    const std::string answer = running.ask(bytes + std::string(kSmuggled));
    EXPECT_THAT(running.handled(), IsEmpty()) << bytes;
    if (answer.empty()) return;  // what the library itself cannot read may end without a word
    EXPECT_THAT(answer, testing::MatchesRegex("HTTP/1\\.1 (4|5)[0-9][0-9](.|\n)*")) << bytes;
    if (answer.find("X-Told: yes") == std::string::npos) return;
    EXPECT_EQ(running.refused_by_name().size(), ++told) << bytes;
    EXPECT_THAT(answer, HasSubstr("application/problem+json"));
  };
  refuses(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
  refuses(post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"));
  refuses(post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"));
  for (const char* const length :
       {"+3", "-1", "3,0", "3, 3", "0x3", "3 3", "9999999999999999999"}) {
    refuses(post("Content-Length: " + std::string(length) + "\r\n", "abc"));
  }
  for (const char* const coding :
       {"xchunked", "gzip, chunked", "chunked, identity", "chunked;q=1"}) {
    refuses(post("Transfer-Encoding: " + std::string(coding) + "\r\n", "0\r\n\r\n"));
  }
  refuses(post("Content-Length: 3\r\nTransfer-Encoding: gzip\r\n", "abc"));
  refuses("GET / HTTP/1.1\r\n\r\n");
  refuses("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  refuses("GET / HTTP/9.9\r\nHost: a\r\n\r\n");
  refuses("G@T / HTTP/1.1\r\nHost: a\r\n\r\n");
  refuses("GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n");
  refuses("GET / HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n");
  refuses("GET / HTTP/1.1\r\nHost: a\r\nX@Y: a\r\n\r\n");
  refuses("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_GT(told, 10U) << "the application hears of what is refused";
}

TEST_P(NetworkServerContract, GivesNobodyABodyThatIsNotWhole) {
  for (const char* const chunks : {"   3 zzz\r\nabc\r\n0\r\n\r\n", "3\r\nabcX\r\n0\r\n\r\n",
                                   "zz\r\nabc\r\n", "3\r\nabc\r\n0\r\nbad trailer\r\n\r\n"}) {
    std::promise<std::optional<http::Refusal>> seen;
    const Running running(GetParam(), [&](const std::shared_ptr<http::Exchange>& exchange) {
      exchange->collect_body(100, [&, exchange](std::expected<std::string, http::Refusal> body) {
        seen.set_value(body ? std::nullopt : std::optional(body.error()));
      });
    });
    const std::string answer = running.ask(post("Transfer-Encoding: chunked\r\n", chunks));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400")) << chunks;
    EXPECT_TRUE(seen.get_future().get()) << chunks;
  }
}

TEST_P(NetworkServerContract, TellsOfABodyThatIsCut) {
  std::promise<bool> whole;
  const Running running(GetParam(), [&](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->collect_body(100, [&, exchange](std::expected<std::string, http::Refusal> body) {
      whole.set_value(body.has_value());
    });
  });
  http::RawSocket client = running.connect();
  client.send(post("Content-Length: 10\r\n", "abc"));
  client.close();
  // An adapter may also never call back, and let go of the exchange.
  auto told = whole.get_future();
  if (told.wait_for(3s) == std::future_status::ready) {
    EXPECT_FALSE(told.get());
  }
}

TEST_P(NetworkServerContract, RefusesABodyLongerThanAskedFor) {
  const Running running(GetParam(), [](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->collect_body(3, [exchange](const auto& body) { EXPECT_FALSE(body); });
  });
  EXPECT_THAT(running.ask(post("Content-Length: 4\r\n", "abcd")), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(running.ask(post("Transfer-Encoding: chunked\r\n", "4\r\nabcd\r\n0\r\n\r\n")),
              StartsWith("HTTP/1.1 413"));
}

TEST_P(NetworkServerContract, NeverTakesABodyThatNobodyReadForTheNextRequest) {
  const Running running(GetParam(), [](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->respond(text_answer("no"));
  });
  const std::string body = get("/smuggled");
  const std::string answer = running.ask(
      post("Content-Length: " + std::to_string(body.size()) + "\r\n", body) + get("/last"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(running.handled(), Not(testing::Contains("/smuggled")));
}

TEST_P(NetworkServerContract, TurnsWhatTheApplicationGetsWrongIntoA500) {
  const auto of = [&](Handler handler) {
    Running running(GetParam(), std::move(handler));
    const std::string answer = running.ask(get("/"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
    EXPECT_THAT(answer, HasSubstr("application/problem+json"));
    EXPECT_THAT(running.faults(), Not(IsEmpty()));
    return answer;
  };
  of([](const std::shared_ptr<http::Exchange>&) { throw std::runtime_error("stumbled"); });
  of([](const std::shared_ptr<http::Exchange>&) {});
  of([](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->collect_body(1, [](const auto&) { throw std::runtime_error("stumbled"); });
  });
  const std::string split = of([](const std::shared_ptr<http::Exchange>& exchange) {
    http::Response response = text_answer("");
    response.head.fields.add("Location", "/a\r\nSet-Cookie: stolen=1");
    exchange->respond(std::move(response));
  });
  EXPECT_THAT(split, Not(HasSubstr("Set-Cookie")));
}

TEST_P(NetworkServerContract, AnswersFromAnyThreadAndOnce) {
  const Running running(GetParam(), [](const std::shared_ptr<http::Exchange>& exchange) {
    std::jthread([exchange] {
      exchange->respond(text_answer("first"));
      exchange->respond(text_answer("second"));
      exchange->fail({500, "third", "third"});
    });
  });
  const std::string answer = running.ask(get("/"));
  EXPECT_THAT(answer, testing::EndsWith("first"));
}

TEST_P(NetworkServerContract, SendsNoBodyWhereThereIsNone) {
  const Running running(GetParam(), [](const std::shared_ptr<http::Exchange>& exchange) {
    const bool gone = exchange->head().target == "/gone";
    exchange->respond(text_answer("a body", gone ? 204 : 200));
  });
  const std::string head = running.ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_THAT(head, testing::EndsWith("\r\n\r\n"));
  EXPECT_THAT(running.ask(get("/gone")), testing::EndsWith("\r\n\r\n"));
}

/// Writes these pieces one after the other, then ends.
void write_all(const std::shared_ptr<http::Exchange>& exchange, std::vector<std::string> pieces) {
  if (pieces.empty()) return exchange->finish();
  const auto piece = std::make_shared<std::string>(std::move(pieces.front()));
  pieces.erase(pieces.begin());
  exchange->write(*piece, [exchange, piece, pieces = std::move(pieces)](bool sent) {
    if (sent) write_all(exchange, pieces);
  });
}

TEST_P(NetworkServerContract, SendsAnAnswerInPieces) {
  const auto begins = [&](http::Framing framing) {
    return [framing](const std::shared_ptr<http::Exchange>& exchange) {
      exchange->begin({.status = 200}, framing);
      write_all(exchange, {"abc", "de"});
    };
  };
  const Running chunks(GetParam(), begins(http::Framing::chunked()));
  EXPECT_THAT(chunks.ask(get("/")), HasSubstr("\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  const Running length(GetParam(), begins(http::Framing::of_length(5)));
  EXPECT_THAT(length.ask(get("/")), testing::EndsWith("\r\n\r\nabcde"));
  const Running at_once(GetParam(), [](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->answer({.status = 200}, http::Framing::of_length(5), "abcde");
  });
  EXPECT_THAT(at_once.ask(get("/")), testing::EndsWith("\r\n\r\nabcde"));
}

TEST_P(NetworkServerContract, LetsNoUnfinishedAnswerLookComplete) {
  const Running cut(GetParam(), [](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->begin({.status = 200}, http::Framing::chunked());
    exchange->write("abc", [exchange](bool) { exchange->abort(); });
  });
  EXPECT_THAT(cut.ask(get("/")), Not(HasSubstr("0\r\n\r\n")));
  const Running too_short(GetParam(), [](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->begin({.status = 200}, http::Framing::of_length(10));
    write_all(exchange, {"abc"});
  });
  EXPECT_THAT(too_short.ask(get("/")), Not(HasSubstr("HTTP/1.1 500")));
  EXPECT_THAT(too_short.faults(), Not(IsEmpty()));
}

TEST_P(NetworkServerContract, ReadsABodyInPieces) {
  const Running running(GetParam(), [](const std::shared_ptr<http::Exchange>& exchange) {
    const auto all = std::make_shared<std::string>();
    const auto next = std::make_shared<std::function<void()>>();
    *next = [exchange, all, next] {
      exchange->read_body(
          [exchange, all, next](std::expected<http::BodyPiece, http::Refusal> piece) {
            ASSERT_TRUE(piece);
            all->append(piece->bytes);
            if (!piece->last) return (*next)();
            exchange->respond(text_answer(std::to_string(all->size())));
            *next = nullptr;
          });
    };
    (*next)();
  });
  EXPECT_THAT(running.ask(post("Content-Length: 100000\r\nConnection: close\r\n",
                               std::string(100'000, 'x'))),
              testing::EndsWith("100000"));
}

TEST_P(NetworkServerContract, WaitsForNobodyWhoDrips) {
  http::ServerOptions options;
  options.head_timeout = 100ms;
  options.body_timeout = 100ms;
  options.idle_timeout = 100ms;
  const Running running(GetParam(), echo, options);

  http::RawSocket head = running.connect();
  std::jthread drips([&](const std::stop_token& stop) {
    for (const char c : get("/", "X: a slow one that never comes to its end\r\n")) {
      if (stop.stop_requested()) return;
      head.send({&c, 1});
      std::this_thread::sleep_for(20ms);
    }
  });
  EXPECT_THAT(head.read_to_end(), Not(HasSubstr("200 OK")));
  drips.request_stop();
  EXPECT_THAT(running.ask(post("Content-Length: 5\r\n", "abc")), StartsWith("HTTP/1.1 408"));
  http::RawSocket idle = running.connect();
  idle.send(get("/", ""));
  EXPECT_THAT(idle.read_to_end(), Not(HasSubstr("nothing more came")));
  EXPECT_THAT(running.handled(), ElementsAre("/x", "/"));
}

TEST_P(NetworkServerContract, LetsWhatRunsFinishWhenItEnds) {
  std::promise<std::shared_ptr<http::Exchange>> asked;
  Running running(GetParam(), [&](const std::shared_ptr<http::Exchange>& exchange) {
    asked.set_value(exchange);
  });
  const http::Endpoint endpoint = running.endpoint();
  http::RawSocket client = running.connect();
  client.send(get("/", ""));
  std::shared_ptr<http::Exchange> exchange = asked.get_future().get();
  auto cut = std::async(std::launch::async, [&] { return running.server().drain(5s); });
  while (!http::is_free(endpoint)) std::this_thread::sleep_for(1ms);
  EXPECT_THROW(http::RawSocket{endpoint.port}, std::runtime_error) << "nobody hangs in a backlog";
  exchange->respond(text_answer("done"));
  exchange.reset();
  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, testing::EndsWith("done"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_EQ(cut.get(), 0U);
}

TEST_P(NetworkServerContract, CutsWhatIsLeftAtTheDeadline) {
  std::promise<std::shared_ptr<http::Exchange>> asked;
  Running running(GetParam(), [&](const std::shared_ptr<http::Exchange>& exchange) {
    asked.set_value(exchange);
  });
  http::RawSocket client = running.connect();
  client.send(get("/", ""));
  const std::shared_ptr<http::Exchange> exchange = asked.get_future().get();
  EXPECT_EQ(running.server().drain(50ms), 1U);
  EXPECT_THAT(client.read_to_end(), Not(HasSubstr("200 OK")));
  exchange->respond(text_answer("too late"));
  EXPECT_EQ(running.server().drain(50ms), 0U);
}

TEST_P(NetworkServerContract, GoesOnWithTheSocketsOfAnother) {
  std::optional<Running> first(std::in_place, GetParam(), echo);
  const http::Endpoint endpoint = first->endpoint();
  http::ServerOptions options;
  options.listen = {endpoint};
  Running second(GetParam(), echo, options, first->server().listening_sockets());
  first->server().hand_over();
  first.reset();
  EXPECT_EQ(second.endpoint(), endpoint);
  EXPECT_THAT(second.ask(get("/after")), HasSubstr("GET /after"));
  EXPECT_THAT(second.handled(), ElementsAre("/after"));
}

TEST_P(NetworkServerContract, SharesItsAddressWithNobody) {
  const Running first(GetParam(), echo);
  http::ServerOptions options;
  options.listen = {first.endpoint()};
  try {
    const Running second(GetParam(), echo, options);
    FAIL() << "two servers at one address";
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr(to_string(first.endpoint())));
  }
}

}  // namespace
}  // namespace banyan::contract
