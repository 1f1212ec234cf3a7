// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/stickiness_key.hpp"

#include <gtest/gtest.h>

#include "banyan/kernel/routing.hpp"

namespace banyan::strangler {
namespace {

using Source = StickinessKey::Source;

const std::vector<StickinessKey> kSources = {
    {Source::Cookie, "session"}, {Source::Header, "X-User"}, {Source::Address, ""}};

std::string unit(const http::Fields& fields, const std::vector<std::string>& trusted = {},
                 const std::vector<StickinessKey>& sources = kSources) {
  return stickiness_key(fields, "192.0.2.1", *TrustedPeers::parse(trusted), sources);
}

TEST(TheStickinessKey, IsTheFirstSourceThatSaysSomething) {
  EXPECT_EQ(unit({{"Cookie", "a=1; session=abc; b=2"}, {"X-User", "ann"}}), "abc");
  EXPECT_EQ(unit({{"Cookie", "a=1; session2=x"}, {"x-user", "ann"}}), "ann");
  EXPECT_EQ(unit({{"Cookie", "session="}, {"X-User", ""}}), "192.0.2.1");
  EXPECT_EQ(unit({}), "192.0.2.1");
  EXPECT_EQ(unit({{"Cookie", "session=abc"}}, {}, {{}}), "192.0.2.1");
  EXPECT_EQ(unit({{"X-User", "ann"}}, {}, {}), "192.0.2.1");
}

TEST(TheStickinessKey, BelievesATrustedProxyAboutTheAddress) {
  EXPECT_EQ(unit({{"X-Forwarded-For", "203.0.113.7"}}), "192.0.2.1");
  EXPECT_EQ(unit({{"X-Forwarded-For", "6.6.6.6, 203.0.113.7:4711"}}, {"192.0.2.1"}), "203.0.113.7");
  EXPECT_EQ(
      unit({{"X-Forwarded-For", "203.0.113.7, 198.51.100.1"}}, {"192.0.2.1", "198.51.100.0/24"}),
      "203.0.113.7")
      << "past all the hops that are trusted";
}

std::string unit_of(std::string_view peer) {
  return stickiness_key({}, peer, *TrustedPeers::parse({}), {{}});
}

// Privacy extensions change the rest within the day, and nobody may change sides by that.
TEST(TheStickinessKey, OfAnAddressOfIPv6IsItsNetworkOfAHousehold) {
  EXPECT_EQ(unit_of("2001:db8:0:7::1"), "2001:db8:0:7::");
  EXPECT_EQ(unit_of("2001:db8:0:7:ffff:1:2:3"), "2001:db8:0:7::");
  EXPECT_EQ(unit_of("2001:db8::ffff:1:2:3"), "2001:db8::");
  EXPECT_NE(unit_of("2001:db8:0:8::1"), unit_of("2001:db8:0:7::1"));
  EXPECT_EQ(unit({{"X-Forwarded-For", "[2001:DB8:0:0007:a::b]:4711"}}, {"192.0.2.1"}),
            "2001:db8:0:7::")
      << "as a trusted proxy says it, too";
}

TEST(TheStickinessKey, OfAnyOtherAddressIsAllOfIt) {
  EXPECT_EQ(unit_of("192.0.2.1"), "192.0.2.1");
  EXPECT_NE(unit_of("192.0.2.2"), unit_of("192.0.2.1"));
  EXPECT_EQ(unit_of("::ffff:192.0.2.1"), "192.0.2.1") << "IPv4 in the form of IPv6";
  EXPECT_EQ(unit_of("unix:/run/banyan.sock"), "unix:/run/banyan.sock");
}

TEST(TheStickinessKey, IsWrittenAsItsSourceAndName) {
  EXPECT_EQ(StickinessKey::parse("cookie:session"), (StickinessKey{Source::Cookie, "session"}));
  EXPECT_EQ(StickinessKey::parse("header:X-User"), (StickinessKey{Source::Header, "X-User"}));
  EXPECT_EQ(StickinessKey::parse("visit"), (StickinessKey{Source::Visit, "banyan_visit"}));
  EXPECT_EQ(StickinessKey::parse("visit:__Host-v"), (StickinessKey{Source::Visit, "__Host-v"}));
  EXPECT_EQ(StickinessKey::parse("address"), StickinessKey{});
  for (const char* text : {"", "cookie", "cookie:", "cookie:a b", "query:a", "address:1", "Address",
                           "Visit", "visit:", "visit:a b", "visit:a;b"}) {
    EXPECT_EQ(StickinessKey::parse(text), std::nullopt) << text;
  }
}

constexpr const char* kId = "0123456789abcdef0123456789abcdef";
const std::vector<StickinessKey> kByVisit = {{Source::Visit, "banyan_visit"},
                                             {Source::Header, "X-User"}};

Visitor visitor_with(const http::Fields& fields,
                     const std::vector<StickinessKey>& sources = kByVisit,
                     const std::vector<std::string>& trusted = {}) {
  SeededRandom random(7);
  return visitor(fields, "192.0.2.1", *TrustedPeers::parse(trusted), sources, &random);
}

TEST(AVisit, IsKnownByTheIdThatItsBrowserKeeps) {
  const http::Fields fields = {{"Cookie", std::string("a=1; banyan_visit=") + kId}};
  EXPECT_EQ(visitor_with(fields).key, kId);
  EXPECT_EQ(visitor_with(fields).begins, "") << "it has begun before";
  EXPECT_EQ(unit(fields, {}, kByVisit), kId);
}

TEST(AVisit, BeginsWhereThereIsNoneAndIsDecidedByTheIdThatIsDrawn) {
  const Visitor first = visitor_with({});
  EXPECT_EQ(first.begins, "banyan_visit");
  EXPECT_EQ(first.key.size(), 32u);
  const Visitor next = visitor_with({{"Cookie", "banyan_visit=" + first.key}});
  EXPECT_EQ(next.key, first.key) << "what the proxy has drawn, it takes back";
  EXPECT_EQ(next.begins, "");
  EXPECT_EQ(sticky_bucket("catalog", next.key), sticky_bucket("catalog", first.key))
      << "and the bucket comes from nothing else: no replica and no restart changes it";
}

TEST(AVisit, IsNotBegunWhereSomethingBeforeItSaysWhoAsks) {
  const std::vector<StickinessKey> sources = {{Source::Header, "X-User"},
                                              {Source::Visit, "banyan_visit"}};
  EXPECT_EQ(visitor_with({{"X-User", "ann"}}, sources).key, "ann");
  EXPECT_EQ(visitor_with({{"X-User", "ann"}}, sources).begins, "");
  EXPECT_EQ(visitor_with({}, sources).begins, "banyan_visit");
}

TEST(AVisit, IsNotBegunWhereNoCookieCanBeSet) {
  EXPECT_EQ(unit({{"X-User", "ann"}}, {}, kByVisit), "ann") << "what comes next says it";
  EXPECT_EQ(unit({}, {}, kByVisit), "192.0.2.1");
}

TEST(AVisit, ThatSomebodyHasMadeUpIsAKeyIfItHasTheFormOfOneAndElseNothing) {
  for (const char* made_up :
       {"", "1", "ada", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
        "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef 123456789abcdef",
        "\"0123456789abcdef0123456789abcd\"", "0123456789abcdef0123456789abcde/"}) {
    const http::Fields fields = {{"Cookie", std::string("banyan_visit=") + made_up}};
    EXPECT_EQ(visitor_with(fields).begins, "banyan_visit") << made_up;
    EXPECT_NE(visitor_with(fields).key, made_up);
    EXPECT_EQ(unit(fields, {}, kByVisit), "192.0.2.1") << made_up;
  }
}

TEST(AVisit, IsKnownByTheWordOfATrustedPeerThatAsksInItsPlace) {
  const http::Fields fields = {{"Cookie", "banyan_visit=fedcba9876543210fedcba9876543210"},
                               {"Banyan-Visit", kId}};
  EXPECT_EQ(visitor_with(fields, kByVisit, {"192.0.2.1"}).key, kId);
  EXPECT_EQ(visitor_with({{"Banyan-Visit", kId}}, kByVisit, {"192.0.2.1"}).key, kId);
  EXPECT_EQ(visitor_with({{"Banyan-Visit", kId}}, kByVisit, {"192.0.2.1"}).begins, "");
  EXPECT_EQ(visitor_with(fields).key, "fedcba9876543210fedcba9876543210") << "anybody can say so";
  EXPECT_EQ(visitor_with({{"Banyan-Visit", "ada"}}, kByVisit, {"192.0.2.1"}).begins, "banyan_visit")
      << "it has not the form of one";
  EXPECT_EQ(visitor_with({{"Banyan-Visit", kId}}, kSources, {"192.0.2.1"}).key, "192.0.2.1")
      << "where there are no visits";
}

TEST(AVisit, IsToldFromOtherKeys) {
  EXPECT_TRUE(visitor_with({{"Cookie", std::string("banyan_visit=") + kId}}).by_visit);
  EXPECT_TRUE(visitor_with({}).by_visit);
  const std::vector<StickinessKey> session_first = {{Source::Cookie, "session"},
                                                    {Source::Visit, "banyan_visit"}};
  EXPECT_FALSE(visitor_with({{"Cookie", std::string("session=") + kId}}, session_first).by_visit)
      << "a session may look like one";
  EXPECT_FALSE(visitor_with({}, kSources).by_visit);
}

// Of two cookies of one name the browser says that of the longer path first, then the older one.
TEST(AVisit, IsTheFirstCookieOfItsNameThatCanBeOne) {
  const std::string id = std::string("banyan_visit=") + kId;
  const std::vector<http::Fields> said = {
      {{"Cookie", "banyan_visit=x; " + id}},
      {{"Cookie", id + "; banyan_visit=x"}},
      {{"Cookie", id + "; banyan_visit=fedcba9876543210fedcba9876543210"}},
      {{"Cookie", "banyan_visit=; banyan_visit=x"}, {"Cookie", id}}};
  for (const http::Fields& fields : said) {
    EXPECT_EQ(visitor_with(fields).key, kId) << *fields.find("Cookie");
    EXPECT_EQ(visitor_with(fields).begins, "") << *fields.find("Cookie");
    EXPECT_EQ(unit(fields, {}, kByVisit), kId) << *fields.find("Cookie");
  }
}

TEST(TheVisitsCookie, HasTheNameThatItsSourceGivesIt) {
  EXPECT_EQ(visit_cookie(kByVisit), "banyan_visit");
  const std::vector<StickinessKey> other = {{Source::Address, ""}, {Source::Visit, "v"}};
  EXPECT_EQ(visit_cookie(other), "v");
  EXPECT_EQ(visit_cookie(kSources), "");
}

}  // namespace
}  // namespace banyan::strangler
