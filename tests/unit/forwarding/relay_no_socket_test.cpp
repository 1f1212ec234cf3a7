// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <thread>

#include "banyan/upstream/health_checks.hpp"
#include "relay_fixture.hpp"

/// How many sockets were refused, while they are, as to a process with too many open files.
static std::atomic<bool> no_sockets = false;
static std::atomic<int> refused_sockets = 0;

extern "C" int __real_socket(int, int, int);  // NOLINT: as the linker names it
extern "C" int __wrap_socket(int family, int type, int protocol) {  // NOLINT
  if (no_sockets && (type & SOCK_NONBLOCK) != 0) {
    ++refused_sockets;
    errno = EMFILE;
    return -1;
  }
  return __real_socket(family, type, protocol);
}

namespace banyan::strangler {
namespace {

class WantOfSockets : public RelayTest {
 protected:
  void TearDown() override { no_sockets = false; }
};

TEST_F(WantOfSockets, Is503AndHeldAgainstNobody) {
  rules_.health.consecutive_failures = 2;
  serve();
  test::Peer client = this->client();
  client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
  {
    test::Peer upstream = upstream_.accept();
    upstream.read_head();
    upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_EQ(test::read_answer(client).status, 200u);
    outcome();
  }
  no_sockets = true;
  for (int i = 0; i < 5; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
    const test::Seen seen = test::read_answer(client);
    EXPECT_EQ(seen.status, 503u);
    EXPECT_NE(seen.body.find("proxy.out_of_sockets"), std::string::npos) << seen.body;
    EXPECT_NE(seen.body.find("was not sent"), std::string::npos) << seen.body;
    EXPECT_NE(seen.field("Retry-After"), "");
    const Outcome outcome = this->outcome();
    EXPECT_EQ(outcome.failure, ForwardFailure::NoSocket);
    EXPECT_FALSE(outcome.upstream_failed());
    EXPECT_NE(outcome.message.find("open files"), std::string::npos) << outcome.message;
  }
  EXPECT_TRUE(group().healthy());
  EXPECT_EQ(group().status().front().failures, 0u);
}

TEST_F(WantOfSockets, MakesNoHealthCheckFail) {
  class Well final : public http::Application {
    void handle(std::shared_ptr<http::Exchange> exchange) override { exchange->respond({}); }
  } well;
  http::Server instance({.loops = 1}, well);
  instance.start();
  const auto asked = std::make_shared<upstream::Group>(
      upstream::GroupOptions{.name = "shop", .instances = {{"127.0.0.1", instance.port()}}},
      system_clock());
  std::atomic<int> changes = 0;
  upstream::HealthChecks checks([&changes](const upstream::HealthChange&) { ++changes; });
  const auto watch = checks.watch(asked, {.path = "/",
                                          .every = std::chrono::milliseconds(10),
                                          .timeout = std::chrono::milliseconds(1000),
                                          .healthy_after = 1,
                                          .unhealthy_after = 2});
  const auto passing = [&] {
    return asked->status().front().check == upstream::CheckState::Passing;
  };
  while (!passing()) std::this_thread::yield();
  const int before = refused_sockets;
  no_sockets = true;
  while (refused_sockets < before + 5) std::this_thread::yield();
  EXPECT_TRUE(passing());
  EXPECT_EQ(changes, 0);
}

}  // namespace
}  // namespace banyan::strangler
