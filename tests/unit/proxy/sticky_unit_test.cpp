// SPDX-License-Identifier: Apache-2.0
#include "sticky_unit.hpp"

#include <gtest/gtest.h>

namespace banyan::strangler {
namespace {

const std::vector<StickyUnit> kSources = {{StickyUnit::Source::Cookie, "session"},
                                          {StickyUnit::Source::Header, "X-User"},
                                          {StickyUnit::Source::Address, ""}};
const http::Endpoint kPeer{"192.0.2.1", 4711};

std::string unit(http::Fields fields, bool trusted = false) {
  const http::RequestHead head{"GET", "/", 1, std::move(fields)};
  return std::string(sticky_unit(head, kPeer, trusted, kSources));
}

TEST(StickyUnit, IsTheFirstSourceThatSaysSomething) {
  EXPECT_EQ(unit({{"Cookie", "a=1; session=abc; b=2"}, {"X-User", "ann"}}), "abc");
  EXPECT_EQ(unit({{"Cookie", "a=1"}, {"X-User", "ann"}}), "ann");
  EXPECT_EQ(unit({{"Cookie", "session="}, {"X-User", ""}}), "192.0.2.1");
  EXPECT_EQ(unit({}), "192.0.2.1");
}

TEST(StickyUnit, BelievesATrustedProxyAboutTheAddress) {
  EXPECT_EQ(unit({{"X-Forwarded-For", "203.0.113.7"}}), "192.0.2.1");
  EXPECT_EQ(unit({{"X-Forwarded-For", "10.0.0.1, 203.0.113.7 "}}, true), "203.0.113.7");
  EXPECT_EQ(unit({{"X-Forwarded-For", ""}}, true), "192.0.2.1");
}

}  // namespace
}  // namespace banyan::strangler
