// SPDX-License-Identifier: Apache-2.0
// How upstreams are found by their names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "asking.hpp"
#include "banyan/http/server.hpp"
#include "banyan/http/upstream.hpp"
#include "echo.hpp"
#include "sockets.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using Kind = UpstreamFailure::Kind;

/// A name that leads where the test says.
struct Name : std::enable_shared_from_this<Name> {
  std::mutex mutex;
  std::vector<Endpoint> addresses;
  int asked = 0;

  void lead_to(Endpoint address) { lead_to(std::vector{std::move(address)}); }
  void lead_to(std::vector<Endpoint> all) {
    const std::lock_guard lock(mutex);
    addresses = std::move(all);
  }
  LookUp look_up() {
    return [self = shared_from_this()](
               const Endpoint&) -> std::expected<std::vector<Endpoint>, std::string> {
      const std::lock_guard lock(self->mutex);
      ++self->asked;
      if (self->addresses.empty()) return std::unexpected("no such name");
      return self->addresses;
    };
  }
};

TEST(Upstreams, LeaveAnAddressThatItsNameHasLost) {
  Echo old_one;
  Echo new_one;
  Server old_server({.loops = 1}, old_one);
  Server new_server({.loops = 1}, new_one);
  old_server.start();
  new_server.start();
  const auto name = std::make_shared<Name>();
  name->lead_to({"127.0.0.1", old_server.port()});
  Engine engine({.keep_addresses = 1ms, .look_up = name->look_up()});
  const Endpoint shop{"shop.internal", 80};
  ASSERT_EQ(engine.ask(shop, get()).body, "GET ");
  ASSERT_EQ(old_server.connections(), 1U);

  name->lead_to({"127.0.0.1", new_server.port()});
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (new_server.connections() == 0 && std::chrono::steady_clock::now() < end) {
    ASSERT_EQ(engine.ask(shop, get()).body, "GET ");
  }
  EXPECT_EQ(new_server.connections(), 1U) << "though it was used all the time";
  while (old_server.connections() != 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(old_server.connections(), 0U);
}

TEST(Upstreams, GoOnWithWhatANameWasWhenItCannotBeFound) {
  Echo echo;
  Server server({.loops = 1}, echo);
  server.start();
  const auto name = std::make_shared<Name>();
  name->lead_to({"127.0.0.1", server.port()});
  Engine engine({.keep_addresses = 1ms, .look_up = name->look_up()});
  ASSERT_EQ(engine.ask({"shop.internal", 80}, get()).body, "GET ");
  {
    const std::lock_guard lock(name->mutex);
    name->addresses.clear();
  }
  for (int asked = 0; asked < 4;) {
    ASSERT_EQ(engine.ask({"shop.internal", 80}, get()).body, "GET ");
    const std::lock_guard lock(name->mutex);
    asked = name->asked;
  }
  EXPECT_EQ(server.connections(), 1U);
}

/// Takes no connection: as many as it has room for wait for it already.
class Silent {
 public:
  Silent() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = RawSocket::loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.number(), 0) != 0 ||
        ::getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen on loopback");
    }
    port_ = ntohs(address.sin_port);
    waits_.emplace(port_);
  }
  Endpoint endpoint() const { return {"127.0.0.1", port_}; }

 private:
  posix::Descriptor listener_;
  std::uint16_t port_ = 0;
  std::optional<RawSocket> waits_;
};

TEST(Upstreams, GiveEachAddressOfANameItsShareOfTheTimeToConnect) {
  Echo echo;
  Server server({.loops = 1}, echo);
  server.start();
  const Silent silent;
  const auto name = std::make_shared<Name>();
  name->lead_to({silent.endpoint(), {"127.0.0.1", server.port()}});
  Engine engine({.max_idle_per_loop = 0, .connect_timeout = 2s, .look_up = name->look_up()});

  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = engine.ask({"shop.internal", 80}, get());
    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(outcome.body, "GET ");
  }

  name->lead_to({silent.endpoint(), silent.endpoint()});
  Engine lost({.connect_timeout = 100ms, .look_up = name->look_up()});
  const Outcome outcome = lost.ask({"shop.internal", 80}, get());
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->kind, Kind::Timeout);
  EXPECT_TRUE(outcome.failure->provably_unsent);
}

/// New threads want stacks of which no address space has room for one.
class NoThreads {
 public:
  NoThreads() {
    pthread_attr_init(&attributes_);
    pthread_getattr_default_np(&attributes_);
    pthread_attr_getstacksize(&attributes_, &before_);
    set(std::size_t{1} << 50U);
  }
  ~NoThreads() {
    set(before_);
    pthread_attr_destroy(&attributes_);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  void set(std::size_t size) {
    pthread_attr_setstacksize(&attributes_, size);
    pthread_setattr_default_np(&attributes_);
  }
  pthread_attr_t attributes_{};
  std::size_t before_ = 0;
};

TEST(Upstreams, FindANameAgainWhenThreadsCanBeMadeAgain) {
  Echo echo;
  Server server({.loops = 1}, echo);
  server.start();
  const auto name = std::make_shared<Name>();
  name->lead_to({"127.0.0.1", server.port()});
  Engine engine({.look_up = name->look_up()});
  const Endpoint shop{"shop.internal", 80};
  {
    const NoThreads none;
    const Outcome outcome = engine.ask(shop, get());
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->kind, Kind::NoSocket) << "nobody there is to blame";
    EXPECT_THAT(outcome.failure->message, HasSubstr("no thread to look the name up"));
    EXPECT_TRUE(outcome.failure->provably_unsent);
  }

  EXPECT_EQ(engine.ask(shop, get()).body, "GET ");
}

}  // namespace
}  // namespace banyan::http
