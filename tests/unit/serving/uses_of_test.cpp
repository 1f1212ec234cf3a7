// SPDX-License-Identifier: Apache-2.0
#include "uses_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "banyan/retirement/use_book.hpp"
#include "proxy_fixture.hpp"

namespace banyan::serving {
namespace {

using std::chrono::milliseconds;

TEST(WhatIsUsed, HasTheTimeOfItsLastUse) {
  telemetry::Metrics metrics;
  const FallThrough none{};
  metrics.requests.record("catalog", "get_album", "local", false, milliseconds{1},
                          Timestamp{1'000});
  metrics.requests.record("catalog", "get_album", "local", true, milliseconds{1}, Timestamp{2'000});
  metrics.calls.record("catalog", "get_album", "in_process", false, milliseconds{1},
                       Timestamp{4'000});
  metrics.calls.record("catalog", "get_album", "rehearsal", false, milliseconds{1},
                       Timestamp{3'000});
  const auto uses = uses_of(metrics, none);
  ASSERT_EQ(uses.size(), 2U);
  EXPECT_EQ(uses[0].count, 2U);
  EXPECT_EQ(uses[0].last, Timestamp{2'000});
  EXPECT_EQ(uses[1].key.way, "call");
  EXPECT_EQ(uses[1].count, 2U);
  EXPECT_EQ(uses[1].last, Timestamp{4'000}) << "in whatever binding";
}

class TheUsesOfAProxy : public ProxyTest {
 protected:
  retirement::Uses uses() const {
    return retirement::uses_from_json(test::get(port_, "/_banyan/api/uses").body)
        .value_or(retirement::Uses());
  }
  static const retirement::Use* old_use(const retirement::Uses& all) {
    const retirement::UseKey key{"catalog", "catalog.read", "local", "request"};
    const auto found = std::ranges::find(all.uses, key, &retirement::Use::key);
    return found == all.uses.end() ? nullptr : &*found;
  }
};

// The first note after a move has the uses of before it.
TEST_F(TheUsesOfAProxy, HaveNoUseOfTheOldSideAfterTheMoveThatWasBeforeIt) {
  configure();
  start();
  EXPECT_EQ(test::get(port_, "/albums/1").body, "legacy");
  until("it is counted", [this] {
    return value_in(test::get(port_, "/metrics").body,
                    "banyan_http_request_duration_seconds_count{module=\"catalog\","
                    "operation=\"catalog.read\",side=\"local\"}") == 1;
  });
  const Timestamp moving = system_clock().now();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  EXPECT_EQ(test::get(port_, "/albums/1").body, "catalog");
  const retirement::Uses now = uses();
  const retirement::Use* const old_side = old_use(now);
  ASSERT_NE(old_side, nullptr);
  EXPECT_LE(old_side->last, moving);
  EXPECT_GT(now.noted, moving);
}

TEST_F(TheUsesOfAProxy, HaveTheTimeOfWhatMissesItsRouteByItsSpelling) {
  configure(
      "[[routes]]\nname = \"more\"\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"legacy\"\n");
  start();
  EXPECT_EQ(test::get(port_, "/Albums/1").body, "legacy");
  const Timestamp after = system_clock().now();
  const retirement::Uses now = uses();
  const retirement::UseKey key{"catalog", "catalog.read", "local", "misspelled"};
  const auto found = std::ranges::find(now.uses, key, &retirement::Use::key);
  ASSERT_TRUE(found != now.uses.end());
  EXPECT_LE(found->last, after);
}

}  // namespace
}  // namespace banyan::serving
