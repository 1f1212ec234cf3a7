// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/visit.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banyan::strangler {
namespace {

constexpr const char* kCookie = "banyan_visit=0; Path=/";

TEST(TheIdOfAVisit, IsDrawnFromAllThatRandomnessHas) {
  SeededRandom random(1);
  std::set<std::string> drawn;
  for (int i = 0; i < 1'000; ++i) {
    const std::string id = draw_visit(random);
    EXPECT_TRUE(is_visit(id)) << id;
    drawn.insert(id);
  }
  EXPECT_EQ(drawn.size(), 1'000u);
}

TEST(TheCookieOfAVisit, IsForTheWholeSiteAndForNoScript) {
  EXPECT_EQ(set_visit("v", "abc", false), "v=abc; Path=/; HttpOnly; SameSite=Lax");
  EXPECT_EQ(set_visit("v", "abc", true), "v=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
}

TEST(TheCookieOfAVisit, IsTakenOutOfWhatARequestSays) {
  http::Fields fields = {{"Cookie", "a=1; v=abc"}, {"Host", "shop"}, {"Cookie", "v=x"}};
  take_out_cookie(fields, "v");
  EXPECT_EQ(fields.count("Cookie"), 1u);
  EXPECT_EQ(fields.find("Cookie"), "a=1");
  EXPECT_EQ(fields.find("Host"), "shop");
  const http::Fields before = fields;
  take_out_cookie(fields, "v");
  take_out_cookie(fields, "");
  EXPECT_EQ(fields, before);
}

http::ResponseHead answer(http::Fields fields, unsigned status = 200) {
  http::ResponseHead head;
  head.status = status;
  head.fields = std::move(fields);
  return head;
}

TEST(AnAnswer, SaysTheVisitBesideTheCookiesOfTheApplication) {
  http::ResponseHead head = answer({{"Set-Cookie", "session=1"}});
  EXPECT_TRUE(say_visit(head, "banyan_visit", kCookie));
  std::vector<std::string> cookies;
  head.fields.each("Set-Cookie", [&](std::string_view value) { cookies.emplace_back(value); });
  EXPECT_EQ(cookies, (std::vector<std::string>{"session=1", kCookie}));
}

TEST(AnAnswer, SaysNothingOfAVisitThatGoesOn) {
  http::ResponseHead head = answer({{"ETag", "\"1\""}});
  const http::Fields before = head.fields;
  EXPECT_FALSE(say_visit(head, "banyan_visit", ""));
  EXPECT_FALSE(say_visit(head, "", ""));
  EXPECT_EQ(head.fields, before);
}

TEST(AnAnswer, HasNobodyElsesWordAboutTheProxysCookie) {
  http::ResponseHead head = answer({{"Set-Cookie", "banyan_visit=mine; Path=/"},
                                    {"set-cookie", "banyan_visit2=1"},
                                    {"Set-Cookie", "=banyan_visit=mine"},
                                    {"Set-Cookie", "banyan_visit = mine"}});
  say_visit(head, "banyan_visit", "");
  EXPECT_EQ(head.fields.count("Set-Cookie"), 1u);
  EXPECT_EQ(head.fields.find("Set-Cookie"), "banyan_visit2=1");
}

// A shared cache hands out what it has kept, Set-Cookie too (RFC 9111 §7.3): all its users would be
// one visitor.
TEST(AnAnswerThatIsForSharedCaches, SaysNoVisit_RFC9111_7_3) {
  const std::vector<http::Fields> shared = {
      {{"Cache-Control", "public"}},
      {{"cache-control", "max-age=60, PUBLIC"}},
      {{"Cache-Control", "max-age=0"}, {"Cache-Control", "s-maxage=60"}},
      {{"Cache-Control", "private=\"Set-Cookie\", public"}},
      {{"Cache-Control", "private"}, {"CDN-Cache-Control", "max-age=60"}},
      {{"Cloudflare-CDN-Cache-Control", "max-age=60"}},
      {{"CDN-Cache-Control", "no-store"}, {"Surrogate-Control", "max-age=60"}},
      {{"Surrogate-Control", "max-age=0"}},
      {{"Surrogate-Control", "max-age=60"}},
      {{"Cache-Control", "max-age=31536000, immutable"}, {"Content-Type", "text/css"}},
      {{"Cache-Control", "Max-Age = \"60\""}}};
  for (const http::Fields& each : shared) {
    http::ResponseHead head = answer(each);
    EXPECT_FALSE(say_visit(head, "banyan_visit", kCookie));
    EXPECT_EQ(head.fields, each);
  }
}

TEST(AnAnswerThatIsForItsClient, SaysTheVisitAndIsAsItWas) {
  const std::vector<http::Fields> closed = {
      {{"Cache-Control", "no-store"}},
      {{"Cache-Control", "max-age=60, private"}},
      {{"Cache-Control", "No-Store, no-cache"}},
      {{"Surrogate-Control", "no-store"}, {"Cache-Control", "no-store, no-cache"}},
      {{"CDN-Cache-Control", "private, max-age=60"}, {"Cache-Control", "private"}}};
  for (const http::Fields& each : closed) {
    http::ResponseHead head = answer(each);
    say_visit(head, "banyan_visit", kCookie);
    EXPECT_EQ(head.fields.find("Set-Cookie"), kCookie);
    EXPECT_EQ(head.fields.count("Cache-Control"), 1u);
  }
}

TEST(AnAnswerThatLeavesOpenWhoMayKeepIt, IsForItsClientWithTheVisit) {
  const std::vector<http::Fields> left_open = {
      {},
      {{"Cache-Control", "no-cache"}},
      {{"Cache-Control", "max-age=60"}, {"Content-Type", "text/html; charset=utf-8"}},
      {{"Cache-Control", "max-age=0"}, {"Content-Type", "text/css"}},
      {{"Cache-Control", "private=\"Set-Cookie\""}},
      {{"CDN-Cache-Control", "no-store"}},
      {{"Surrogate-Control", "no-store, max-age=60"}},
      {{"Expires", "Thu, 01 Dec 2044 16:00:00 GMT"}}};
  for (const http::Fields& each : left_open) {
    for (const unsigned status : {200u, 206u, 404u}) {
      http::ResponseHead head = answer(each, status);
      say_visit(head, "banyan_visit", kCookie);
      EXPECT_EQ(head.fields.find("Set-Cookie"), kCookie);
      EXPECT_TRUE(head.fields.has_token("Cache-Control", "private"));
      EXPECT_EQ(head.fields.size(), each.size() + 2);
    }
  }
}

// The cache has the 200, which may have been `public`, and adds what a 304 says.
TEST(AnAnswerThatNothingHasChanged, SaysTheVisitWhereItSaysItselfWhoMayKeepIt) {
  const http::Fields silent = {{"ETag", "\"1\""}};
  http::ResponseHead head = answer(silent, 304);
  say_visit(head, "banyan_visit", kCookie);
  EXPECT_EQ(head.fields, silent);
  for (const char* each : {"private", "no-store", "no-cache"}) {
    head = answer({{"ETag", "\"1\""}, {"Cache-Control", each}}, 304);
    say_visit(head, "banyan_visit", kCookie);
    EXPECT_EQ(head.fields.find("Set-Cookie"), kCookie) << each;
  }
}

TEST(AnAnswerThatSwitchesProtocols, SaysTheVisitAndNothingOfCaches) {
  http::ResponseHead head = answer({{"Upgrade", "websocket"}}, 101);
  say_visit(head, "banyan_visit", kCookie);
  EXPECT_EQ(head.fields.find("Set-Cookie"), kCookie);
  EXPECT_FALSE(head.fields.contains("Cache-Control"));
}

}  // namespace
}  // namespace banyan::strangler
