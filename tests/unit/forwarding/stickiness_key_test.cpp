// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/stickiness_key.hpp"

#include <gtest/gtest.h>

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

TEST(TheStickinessKey, IsWrittenAsItsSourceAndName) {
  EXPECT_EQ(StickinessKey::parse("cookie:session"), (StickinessKey{Source::Cookie, "session"}));
  EXPECT_EQ(StickinessKey::parse("header:X-User"), (StickinessKey{Source::Header, "X-User"}));
  EXPECT_EQ(StickinessKey::parse("address"), StickinessKey{});
  for (const char* text :
       {"", "cookie", "cookie:", "cookie:a b", "query:a", "address:1", "Address"}) {
    EXPECT_EQ(StickinessKey::parse(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace banyan::strangler
