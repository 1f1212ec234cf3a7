// SPDX-License-Identifier: Apache-2.0
// An application that answers for a module itself, or has its service answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <latch>
#include <stdexcept>
#include <string>

#include "asking_demo.hpp"
#include "sockets.hpp"

namespace banyan::host {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

/// An application that can send the module's calls to its service.
struct ARoutedApplication : testing::Test {
  static Options at(const ServedDemo& service) {
    Options options;
    options.at["demo"] = service.endpoint();
    return options;
  }

  ServedDemo service{"there", Linkage::Linked, internal()};
  ServedDemo shop{"here", Linkage::Routed, at(service.serve())};

  void SetUp() override { shop.serve(); }
};

TEST_F(ARoutedApplication, FollowsTheTableForReadsAndForWrites) {
  EXPECT_THAT(get(shop).body, HasSubstr("here"));
  EXPECT_THAT(rename(shop).body, HasSubstr("here"));
  shop.table.reads = Side::Remote;
  EXPECT_THAT(get(shop).body, HasSubstr("there"));
  EXPECT_THAT(rename(shop).body, HasSubstr("here"));
  shop.table.writes = Side::Remote;
  EXPECT_THAT(rename(shop).body, HasSubstr("there"));
  shop.table.reads = Side::Local;
  EXPECT_THAT(get(shop).body, HasSubstr("here"));
}

TEST_F(ARoutedApplication, SendsItsDecisionsAlong) {
  shop.table.reads = Side::Remote;
  get(shop);
  const Context seen = service.module->last();
  ASSERT_NE(seen.routed("demo"), nullptr);
  EXPECT_EQ(*seen.routed("demo"), (RoutingDecision{"demo", Side::Remote, 5, 2}));
  EXPECT_EQ(seen.stickiness_key, "127.0.0.1");
}

TEST_F(ARoutedApplication, IgnoresWhatStrangersSayAboutTheInside) {
  const http::Fields lies = {{"Banyan-Routing", "demo=remote;rev=9"},
                             {"Banyan-Placement", "demo=9"},
                             {"Banyan-Principal", "admin"},
                             {"Banyan-Stickiness-Key", "vip"},
                             {"Banyan-Deadline-Ms", "0"}};
  EXPECT_THAT(get(shop, kThing, lies).body, HasSubstr("here"));
  EXPECT_EQ(shop.module->last().principal, "");
  EXPECT_EQ(shop.module->last().stickiness_key, "127.0.0.1");

  shop.table.reads = Side::Remote;
  EXPECT_THAT(get(shop, kThing, lies).body, HasSubstr("there"));
  EXPECT_EQ(service.module->last().principal, "");
  EXPECT_EQ(service.module->last().stickiness_key, "127.0.0.1");
  EXPECT_EQ(service.module->last().routed("demo")->revision, 5U);
  EXPECT_EQ(service.module->last().routed("demo")->epoch, 2U);
}

TEST_F(ARoutedApplication, ASlowWriteGoesWhereTheWritesAreWhenItIsComplete) {
  test::Peer slow = test::Peer::connect(shop.endpoint().port);
  slow.send("PUT " + kThing +
            "/name HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Content-Length: 12\r\nExpect: 100-continue\r\n\r\n");
  slow.read_until("100 Continue\r\n\r\n");  // the shop has taken it on, for its own side
  shop.table.reads = shop.table.writes = Side::Remote;
  slow.send(R"({"name":"x"})");
  const test::Seen answer = test::read_answer(slow);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.body, HasSubstr("there"));
  EXPECT_EQ(shop.module->calls, 0);
}

TEST_F(ARoutedApplication, SaysThatTheServiceIsAwayAndNeverAnswersForIt) {
  service.drain(milliseconds(0));
  shop.table.reads = Side::Remote;
  EXPECT_EQ(get(shop).head.status, 503U);
  EXPECT_EQ(shop.module->calls, 0);
}

TEST_F(ARoutedApplication, LetsForwardedRequestsFinishWhenItDrains) {
  std::latch entered(1);
  std::latch release(1);
  service.module->inside = [&] {
    entered.count_down();
    release.wait();
  };
  shop.table.reads = Side::Remote;
  auto answer = std::async(std::launch::async, [&] { return get(shop); });
  entered.wait();
  auto cut = std::async(std::launch::async, [&] { return shop.drain(std::chrono::seconds(10)); });
  EXPECT_EQ(cut.wait_for(milliseconds(20)), std::future_status::timeout);
  release.count_down();
  EXPECT_THAT(answer.get().body, HasSubstr("there"));
  EXPECT_EQ(cut.get(), 0U);
}

TEST_F(ARoutedApplication, CutsForwardedRequestsThatTakeTooLongToDrain) {
  std::latch entered(1);
  std::latch release(1);
  service.module->inside = [&] {
    entered.count_down();
    release.wait();
  };
  shop.table.reads = Side::Remote;
  auto answer = std::async(std::launch::async, [&] { return get(shop); });
  entered.wait();
  EXPECT_EQ(shop.drain(milliseconds(0)), 1U);
  EXPECT_THROW(answer.get(), std::runtime_error);
  release.count_down();
  service.finish();  // the call uses what stands here
}

}  // namespace
}  // namespace banyan::host
