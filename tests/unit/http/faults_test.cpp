// SPDX-License-Identifier: Apache-2.0
// What throws, or what the system has no room for, costs the request or connection that it belongs
// to. Never the process, nor the others on the loop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "asking.hpp"
#include "serving.hpp"

/// How many of the next descriptors the system has no room to watch; the first `kept` it has.
static std::atomic<int> refused_watches = 0;
static std::atomic<int> kept_watches = 0;
static std::atomic<int> refusal = ENOSPC;

extern "C" int __real_epoll_ctl(int, int, int, epoll_event*);  // NOLINT: as the linker names it
extern "C" int __wrap_epoll_ctl(int epoll, int what, int descriptor,
                                epoll_event* event) {  // NOLINT
  if (what == EPOLL_CTL_ADD && kept_watches-- <= 0 && refused_watches-- > 0) {
    errno = refusal;
    return -1;
  }
  return __real_epoll_ctl(epoll, what, descriptor, event);
}

/// How many of the next connections cannot be accepted, for want of a descriptor.
static std::atomic<int> refused_accepts = 0;

extern "C" int __real_accept4(int, sockaddr*, socklen_t*, int);                        // NOLINT
extern "C" int __wrap_accept4(int socket, sockaddr* peer, socklen_t* size, int how) {  // NOLINT
  if (refused_accepts > 0 && refused_accepts-- > 0) {
    errno = EMFILE;
    return -1;
  }
  return __real_accept4(socket, peer, size, how);
}

namespace banyan::http {
namespace {

using testing::HasSubstr;

constexpr const char* kFault = "the test has thrown";
[[noreturn]] void fault() { throw std::runtime_error(kFault); }

std::string get_once(const Running& running, const std::string& target) {
  return running.ask("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
}

class AFault : public testing::Test {
 protected:
  void TearDown() override { refused_watches = kept_watches = 0; }
  static void refuse_watches(int count, int error = ENOSPC, int after = 0) {
    refusal = error;
    kept_watches = after;
    refused_watches = count;
  }
  /// One loop, so that it is the one that has had the fault which must go on.
  static ServerOptions one_loop() {
    ServerOptions options;
    options.loops = 1;
    return options;
  }
  static void expect_it_goes_on(Running& running) {
    EXPECT_THAT(get_once(running, "/next"), HasSubstr("served"));
    const std::lock_guard lock(running.mutex);
    EXPECT_THAT(running.faults, HasSubstr(kFault));
  }
};

TEST_F(AFault, OfACallbackThatTakesAWholeBodyIsAnsweredWith500AndTheConnectionIsKept) {
  Running running(
      [](std::shared_ptr<Exchange> exchange) {
        if (exchange->head().target == "/next") return exchange->respond(text("served"));
        exchange->collect_body(1'000, [exchange](auto) { fault(); });
      },
      one_loop());
  RawSocket client = running.connect();
  client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(client.read_until("http.application_fault"), HasSubstr("HTTP/1.1 500"));
  client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("served"), HasSubstr("HTTP/1.1 200"));
  expect_it_goes_on(running);
}

TEST_F(AFault, OfACallbackThatTakesAPieceOfABodyIsAnsweredWith500) {
  Running running(
      [](std::shared_ptr<Exchange> exchange) {
        if (exchange->head().target == "/next") return exchange->respond(text("served"));
        exchange->read_body([exchange](auto) { fault(); });
      },
      one_loop());
  EXPECT_THAT(running.ask("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                          "Connection: close\r\n\r\nhi"),
              HasSubstr("HTTP/1.1 500"));
  expect_it_goes_on(running);
}

TEST_F(AFault, OfASocketThatCannotBeWatchedYetOnlyDelaysAServerThatIsPrepared) {
  Handling application(
      [](std::shared_ptr<Exchange> exchange) { exchange->respond(text("served")); });
  Server server({.loops = 1}, application);
  server.prepare();
  refuse_watches(2);
  server.accept();
  RawSocket client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), HasSubstr("served"));
}

TEST_F(AFault, InTheMiddleOfAnAnswerCutsIt) {
  Running running(
      [](std::shared_ptr<Exchange> exchange) {
        if (exchange->head().target == "/next") return exchange->respond(text("served"));
        ResponseHead head;
        head.status = 200;
        exchange->begin(head, Framing::of_length(10));
        exchange->write("half", [exchange](bool) { fault(); });
      },
      one_loop());
  EXPECT_THAT(get_once(running, "/a"), HasSubstr("<reset>"));
  expect_it_goes_on(running);
}

TEST_F(AFault, OfWhoeverHearsThatAClientHasGoneConcernsNobodyElse) {
  Running running(
      [](std::shared_ptr<Exchange> exchange) {
        if (exchange->head().target == "/next") return exchange->respond(text("served"));
        exchange->on_abort([exchange] { fault(); });
      },
      one_loop());
  {
    RawSocket client = running.connect();
    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    // So that it has been read: answered on the same loop, after it.
    EXPECT_THAT(get_once(running, "/next"), HasSubstr("served"));
    client.reset();
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  const auto told = [&] {
    const std::lock_guard lock(running.mutex);
    return running.faults.find(kFault) != std::string::npos;
  };
  while (!told() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  expect_it_goes_on(running);
}

TEST_F(AFault, InWhatTakesNoteOfARefusedRequestLeavesItRefused) {
  class Deaf final : public Application {
   public:
    void handle(std::shared_ptr<Exchange> exchange) override { exchange->respond(text("served")); }
    void refused(const RefusedRequest&, Response&) override { fault(); }
  } deaf;
  Server server(one_loop(), deaf);
  server.start();
  RawSocket client(server.port());
  client.send("GET / HTTP/2.0\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), HasSubstr("HTTP/1.1 505"));
}

TEST_F(AFault, OfATaskOrATimerEndsThatTaskAndNotItsLoop) {
  std::atomic<int> faults = 0;
  Loops loops(1, [&](std::string_view what) {
    EXPECT_EQ(what, kFault);
    ++faults;
  });
  Loop& loop = loops.at(0);
  loop.post([] { fault(); });
  loop.post([&loop] { loop.post([] { fault(); }); });
  loop.after(std::chrono::milliseconds(1), [] { fault(); });
  std::promise<void> last;
  loop.after(std::chrono::milliseconds(50), [&] { last.set_value(); });
  ASSERT_EQ(last.get_future().wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_EQ(faults, 3);
}

TEST_F(AFault, OfWhoeverReadsAnAnswerOfAnUpstreamEndsThatExchangeAndNotItsLoop) {
  RawServer upstream([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    socket.read_to_end();
  });
  std::atomic<int> faults = 0;
  Loops loops(1, [&](std::string_view) { ++faults; });
  Upstreams upstreams;
  std::promise<void> thrown;
  const Wanted wanted = get();
  std::shared_ptr<UpstreamExchange> exchange;
  loops.at(0).post([&] {
    exchange =
        upstreams.start(loops.at(0), upstream.endpoint(), wanted.request, wanted.write_head());
    exchange->read_head([&](auto) {
      thrown.set_value();
      fault();
    });
  });
  ASSERT_EQ(thrown.get_future().wait_for(std::chrono::seconds(5)), std::future_status::ready);
  std::promise<void> after;
  loops.at(0).post([&] {
    exchange.reset();
    after.set_value();
  });
  ASSERT_EQ(after.get_future().wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_EQ(faults, 1);
}

TEST_F(AFault, OfTheSystemThatCannotWatchAnotherConnectionCostsThatConnection) {
  for (const int error : {ENOSPC, ENOMEM}) {
    Running running([](std::shared_ptr<Exchange> exchange) { exchange->respond(text("served")); },
                    one_loop());
    refuse_watches(1, error);
    EXPECT_THAT(get_once(running, "/a"), testing::Not(HasSubstr("served")));
    EXPECT_THAT(get_once(running, "/b"), HasSubstr("served"));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (running.server.connections() != 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    EXPECT_EQ(running.server.connections(), 0u) << "it is not counted any more";
    const std::lock_guard lock(running.mutex);
    EXPECT_THAT(running.faults, HasSubstr("cannot watch a connection"));
  }
}

TEST_F(AFault, OfTheSystemThatCannotWatchAConnectionThatIsTurnedAwayCostsThatConnection) {
  ServerOptions options = one_loop();
  options.max_connections = 1;
  Running running([](std::shared_ptr<Exchange> exchange) { exchange->respond(text("served")); },
                  options);
  RawSocket first = running.connect();
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  first.read_until("served");
  refuse_watches(1);
  running.connect().read_to_end();
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(first.read_until("served"), HasSubstr("served"));
}

TEST_F(AFault, OfTheSystemThatCannotWatchAnotherUpstreamIsAFailureToConnect) {
  RawServer upstream([](RawSocket& socket, int) {
    if (socket.read_until("\r\n\r\n").find("GET") == std::string::npos) return;
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  });
  Engine engine;
  refuse_watches(1);
  const Outcome refused = engine.ask(upstream.endpoint(), get());
  ASSERT_TRUE(refused.failure);
  EXPECT_EQ(refused.failure->kind, UpstreamFailure::Kind::Connect);
  EXPECT_TRUE(refused.failure->provably_unsent);
  EXPECT_EQ(engine.ask(upstream.endpoint(), get()).body, "hi");
}

TEST_F(AFault, OfTheSystemThatCannotWatchTheListenerAgainIsTriedAgain) {
  Running running([](std::shared_ptr<Exchange> exchange) { exchange->respond(text("served")); },
                  one_loop());
  refuse_watches(2);
  refused_accepts = 1;
  EXPECT_THAT(get_once(running, "/a"), HasSubstr("served"));
  EXPECT_LE(refused_watches, 0);
  const std::lock_guard lock(running.mutex);
  EXPECT_THAT(running.faults, HasSubstr("cannot wait for connections"));
}

TEST_F(AFault, OfTheSystemThatCannotWatchTheListenerIsToldByStart) {
  Handling nobody([](const std::shared_ptr<Exchange>&) {});
  Server server(one_loop(), nobody);
  refuse_watches(1);
  EXPECT_THROW(server.start(), std::system_error);
}

}  // namespace
}  // namespace banyan::http
