// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/http/run_folder.hpp"
#include "banyan/http/server.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/succession/offer.hpp"
#include "banyan/succession/takeover.hpp"

namespace banyan::succession {
namespace {

using namespace std::chrono_literals;

struct Nothing final : http::Application {
  void handle(std::shared_ptr<http::Exchange> exchange) override { exchange->respond({}); }
};

TEST(Takeover, TakesMoreSocketsThanOneMessageHolds) {
  Nothing application;
  http::ServerOptions options{.listen = std::vector<http::Endpoint>(5, {"127.0.0.1", 0}),
                              .loops = 50};
  http::Server server(options, application);
  server.start();
  Introduction self{"shop", "1", {}, options.listen, 0};
  for (std::size_t i = 0; i < self.listen.size(); ++i) self.listen[i].port = server.port(i);
  std::vector<http::InstanceLock> locks;
  for (const http::Endpoint& each : self.listen) {
    locks.push_back(http::InstanceLock::for_endpoint(each));
  }
  std::vector<http::InstanceLock*> held;
  for (http::InstanceLock& lock : locks) held.push_back(&lock);
  std::atomic<bool> gone = false;
  Offer offer({.self = self,
               .server = server,
               .locks = held,
               .rendezvous = {},
               .taken = [&](const Introduction& successor) { gone = successor.version == "2"; },
               .note = {},
               .patience = 5s,
               .clock = system_clock()});
  offer.begin();

  Introduction next = self;
  next.version = "2";
  auto takeover = Takeover::ask(next, {}, 5s, system_clock());
  ASSERT_TRUE(takeover) << takeover.error().message;
  ASSERT_TRUE(*takeover);
  EXPECT_EQ((*takeover)->take_sockets().size(), 250U);
  EXPECT_TRUE((*takeover)->take_rendezvous().valid());
  EXPECT_FALSE(gone);
  for (const http::Endpoint& each : self.listen) {
    EXPECT_NO_THROW((*takeover)->lock_for(each, "no way out"));
  }
  ASSERT_TRUE((*takeover)->ready(5s));
  while (!gone) std::this_thread::yield();
  EXPECT_TRUE(offer.taken());
}

TEST(Takeover, FindsNobodyWhereTheRunningOneIsBeingStopped) {
  Nothing application;
  http::ServerOptions options{.listen = {{"127.0.0.1", 0}}, .loops = 1};
  http::Server server(options, application);
  server.start();
  Introduction self{"shop", "1", {}, {{"127.0.0.1", server.port()}}, 0};
  std::optional<Offer> offer(std::in_place, Offer::Parts{.self = self,
                                                         .server = server,
                                                         .locks = {},
                                                         .rendezvous = {},
                                                         .taken = {},
                                                         .note = {},
                                                         .patience = 60s,
                                                         .clock = system_clock()});
  offer->begin();
  // While the successor makes up its mind.
  const auto check = [&](const Introduction& /*running*/) -> Result<void> {
    offer.reset();
    return {};
  };
  const auto takeover = Takeover::ask(self, check, 60s, system_clock());
  ASSERT_TRUE(takeover) << takeover.error().message;
  EXPECT_FALSE(*takeover);
}

TEST(Takeover, IsNotOfferedBeforeTheServerServes) {
  Nothing application;
  http::ServerOptions options{.listen = {{"127.0.0.1", 0}}, .loops = 1};
  http::Server server(options, application);
  server.prepare();
  const http::Endpoint address{"127.0.0.1", server.port()};
  {
    Offer offer({.self = {"shop", "1", {}, {address}, 0},
                 .server = server,
                 .locks = {},
                 .rendezvous = {},
                 .taken = {},
                 .note = {},
                 .patience = 5s,
                 .clock = system_clock()});
    EXPECT_TRUE(std::filesystem::exists(http::run_file(address, "takeover")));
  }
  EXPECT_FALSE(std::filesystem::exists(http::run_file(address, "takeover")));
}

}  // namespace
}  // namespace banyan::succession
