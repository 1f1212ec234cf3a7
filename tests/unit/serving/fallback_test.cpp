// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "support/deaf_port.hpp"
#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;

constexpr const char* kReads = "[rollouts.catalog.fallback]\n";

/// Reads the request and goes away without an answer: nobody knows whether it was carried out.
ToldServer::Answer hangs_up() {
  return [](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->collect_body(1024, [exchange](auto) { exchange->abort(); });
  };
}

class AFallback : public TwoSides {};

TEST_F(AFallback, OfAReadIsTheOldSidesAnswerOnceTheNewOneIsDead) {
  auto new_side = std::make_unique<ToldServer>(says("new", 200, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side->port(), kReads);
  ASSERT_EQ(shift("100%"), 200u);
  const test::Seen before = test::get(port_, "/albums/1");
  EXPECT_EQ(before.body, "new");
  EXPECT_EQ(before.field("Banyan-Fallback"), "");
  new_side.reset();
  const test::Seen after = test::get(port_, "/albums/1");
  EXPECT_EQ(after.status, 200u);
  EXPECT_EQ(after.body, "old");
  EXPECT_EQ(after.field("Banyan-Fallback"), "unreachable");
  until("the count", [&] {
    return metrics().find(R"(banyan_fallbacks_total{effect="read",rollout="catalog"} 1)") !=
               std::string::npos ||
           metrics().find(R"(banyan_fallbacks_total{rollout="catalog",effect="read"} 1)") !=
               std::string::npos;
  });
  EXPECT_THAT(metrics(),
              HasSubstr(R"(banyan_rollout_recent_failures{rollout="catalog",side="remote"} 1)"))
      << "it is the new side's failure, whatever the user saw";
  EXPECT_THAT(log(), HasSubstr("fell_back"));
  EXPECT_THAT(test::get(port_, "/_banyan/api/status").body, HasSubstr(R"("fallbacks":1)"));
}

TEST_F(AFallback, IsExplainedAsEveryAnswerIsAndSoIsTheProxysOwn) {
  auto new_side = std::make_unique<ToldServer>(says("new", 200, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  write(file(), shop_configuration(old_side.port(), new_side->port(), kReads));
  start({.explain = true});
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  new_side.reset();
  const test::Seen write = post("/albums/1", "{}");
  EXPECT_EQ(write.status, 503u) << "no write is done twice";
  EXPECT_THAT(write.field("X-Strangler"),
              HasSubstr("route=catalog.write; side=remote; reason=writes are remote; stage=moved"));
  ASSERT_EQ(shift("100%", R"(,"writes":"local")"), 200u);
  const test::Seen read = test::get(port_, "/albums/1");
  EXPECT_EQ(read.body, "old");
  EXPECT_THAT(read.field("X-Strangler"),
              HasSubstr("route=catalog.read; side=local; reason=fell back (unreachable)"));
}

TEST_F(AFallback, AlsoComesAfterAnAnswerThatSaysThatTheNewSideFailed) {
  ToldServer new_side(says("broken", 500, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port(), kReads);
  ASSERT_EQ(shift("100%"), 200u);
  const test::Seen seen = test::get(port_, "/albums/1");
  EXPECT_EQ(seen.body, "old");
  EXPECT_EQ(seen.field("Banyan-Fallback"), "status_500");
}

TEST_F(AFallback, FromWhatThisProxyCouldNotTakeIsNotHeldAgainstTheNewSide) {
  ToldServer new_side([](const std::shared_ptr<http::Exchange>& exchange) {
    http::Response response;
    response.head.fields.add("X-Long", std::string(4'000, 'x'));
    exchange->respond(std::move(response));
  });
  ToldServer old_side(says("old", 200, "text/plain"));
  std::string text = shop_configuration(old_side.port(), new_side.port(), kReads);
  text.insert(text.find("[rollouts.catalog]"), "max_answer_head = \"1KiB\"\n");
  write(file(), text);
  start();
  ASSERT_EQ(shift("100%"), 200u);
  const test::Seen seen = test::get(port_, "/albums/1");
  EXPECT_EQ(seen.body, "old");
  EXPECT_EQ(seen.field("Banyan-Fallback"), "answer_too_large");
  until("the count", [&] {
    const std::string now = metrics();
    return value_in(now, R"(banyan_fallbacks_total{effect="read",rollout="catalog"})") == 1 ||
           value_in(now, R"(banyan_fallbacks_total{rollout="catalog",effect="read"})") == 1;
  });
  EXPECT_EQ(
      value_in(metrics(), R"(banyan_rollout_recent_failures{rollout="catalog",side="remote"})"), 0)
      << "nor would it be without a fallback";
}

TEST_F(AFallback, IsNotThereUnlessTheFileAsksForIt) {
  ToldServer new_side(says("broken", 500, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port());
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(test::get(port_, "/albums/1").status, 500u);
  EXPECT_EQ(old_side.asked().size(), 0u);
}

TEST_F(AFallback, EndsWhenTheNewSideHasTheWritesForTheOldDataIsOldThen) {
  ToldServer new_side(says("broken", 500, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port(), kReads);
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  EXPECT_EQ(test::get(port_, "/albums/1").status, 500u);
  EXPECT_EQ(old_side.asked().size(), 0u);
  EXPECT_THAT(metrics(), HasSubstr("banyan_fallbacks_refused_total"));
}

TEST_F(AFallback, GoesOnWhereBothSidesWorkOnTheSameData) {
  ToldServer new_side(says("broken", 500, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port(), std::string(kReads) + "shared_data = true\n");
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  EXPECT_EQ(test::get(port_, "/albums/1").body, "old");
}

TEST_F(AFallback, OfAWriteThatMayHaveBeenCarriedOutIsNeverMade) {
  ToldServer new_side(hangs_up());
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port(),
          std::string(kReads) + "shared_data = true\nwrites = \"unsent\"\n");
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  EXPECT_EQ(post("/albums", "{}").status, 502u);
  EXPECT_EQ(post("/albums", "{}", "Idempotency-Key: k1\r\n").status, 502u);
  EXPECT_EQ(old_side.asked().size(), 0u);
}

TEST_F(AFallback, OfAWriteThatWasProvablyNotSentIsMadeWhereTheFileLetsIt) {
  const std::uint16_t deaf = test::deaf_port();
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), deaf, std::string(kReads) + "shared_data = true\nwrites = \"unsent\"\n");
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  EXPECT_EQ(post("/albums", "{}").body, "old");
  EXPECT_EQ(old_side.asked().size(), 1u);
}

TEST_F(AFallback, OfAWriteWithAKeyThatBothSidesKnowIsMadeThoughItMayHaveBeenCarriedOut) {
  ToldServer new_side(says("broken", 503, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port(),
          std::string(kReads) + "shared_data = true\nwrites = \"keyed\"\n");
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  EXPECT_EQ(post("/albums", "{}").status, 503u) << "without a key";
  EXPECT_EQ(old_side.asked().size(), 0u);
  EXPECT_EQ(post("/albums", "{}", "Idempotency-Key: k1\r\n").body, "old");
}

TEST_F(AFallback, OfAWriteIsNeverMadeUnlessTheFileSaysWhich) {
  ToldServer new_side(says("broken", 500, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port(), std::string(kReads) + "shared_data = true\n");
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  EXPECT_EQ(post("/albums", "{}").body, "broken");
  EXPECT_EQ(post("/albums", "{}", "Idempotency-Key: k1\r\n").status, 500u);
  EXPECT_EQ(new_side.asked().size(), 2u) << "each once";
  EXPECT_EQ(old_side.asked().size(), 0u);
}

TEST_F(AFallback, LetsABodyPassThatIsTooLongToBeKeptAndCountsThatNobodyElseGotIt) {
  std::atomic<bool> sick = false;
  ToldServer new_side([&](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->collect_body(std::size_t{4} << 20, [exchange, &sick](auto body) {
      http::Response response;
      response.head.status = sick ? 503U : 200U;
      response.body = std::to_string(body ? body->size() : 0);
      exchange->respond(std::move(response));
    });
  });
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port(),
          std::string(kReads) + "shared_data = true\nwrites = \"keyed\"\n");
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  const std::string long_one(std::size_t{1} << 20, 'x');
  const std::string key = "Idempotency-Key: k1\r\n";
  const test::Seen passed = post("/albums", long_one, key);
  EXPECT_EQ(passed.status, 200u) << passed.body;
  EXPECT_EQ(passed.body, "1048576") << "whole, and not refused for what is kept of it";

  sick = true;
  EXPECT_EQ(post("/albums", "{}", key).body, "old");
  const test::Seen failed = post("/albums", long_one, key);
  EXPECT_EQ(failed.status, 503u);
  EXPECT_EQ(failed.body, "1048576") << "the new side's own answer";
  EXPECT_EQ(old_side.asked().size(), 1u) << "of the short one";
  until("the reason is counted",
        [&] { return metrics().find(R"(reason="body")") != std::string::npos; });
}

TEST_F(AFallback, IsNotMadeWhenTheBudgetThatProtectsTheOldSideIsUsedUp) {
  ToldServer new_side(says("broken", 503, "text/plain"));
  ToldServer old_side(says("old", 200, "text/plain"));
  between(old_side.port(), new_side.port(),
          std::string(kReads) + "[upstreams.legacy.retries]\nshare = \"0%\"\nper_second = 0\n");
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(test::get(port_, "/albums/1").status, 503u);
  EXPECT_EQ(old_side.asked().size(), 0u);
}

TEST_F(AFallback, ThatFailsTooSaysSoAndIsTriedOnce) {
  const std::uint16_t deaf = test::deaf_port();
  const std::uint16_t deaf_too = test::deaf_port();
  between(deaf, deaf_too, kReads);
  ASSERT_EQ(shift("100%"), 200u);
  const test::Seen seen = test::get(port_, "/albums/1");
  EXPECT_EQ(seen.status, 503u);
  EXPECT_THAT(seen.body, HasSubstr("legacy")) << "the last one that was asked is named";
}

}  // namespace
}  // namespace banyan::serving
