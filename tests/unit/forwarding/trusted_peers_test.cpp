// SPDX-License-Identifier: Apache-2.0
#include "forwarding/trusted_peers.hpp"

#include <gtest/gtest.h>

namespace banyan::strangler {
namespace {

TEST(TrustedPeers, TrustNobodyUnlessTold) {
  EXPECT_FALSE(TrustedPeers().contains("127.0.0.1"));
  EXPECT_TRUE(TrustedPeers().empty());
}

TEST(TrustedPeers, KnowAddressesAndNetworks) {
  const auto peers =
      TrustedPeers::parse({"192.0.2.7", "10.0.0.0/8", "2001:db8::/33", "0.0.0.0/32"});
  ASSERT_TRUE(peers.has_value()) << peers.error();
  EXPECT_TRUE(peers->contains("192.0.2.7"));
  EXPECT_FALSE(peers->contains("192.0.2.8"));
  EXPECT_TRUE(peers->contains("10.255.255.255"));
  EXPECT_FALSE(peers->contains("11.0.0.0"));
  EXPECT_TRUE(peers->contains("2001:db8:7fff::1"));
  EXPECT_FALSE(peers->contains("2001:db8:8000::1"));
  EXPECT_TRUE(peers->contains("::ffff:10.1.2.3")) << "the same address in the form of IPv6";
  EXPECT_FALSE(peers->contains("not an address"));
  EXPECT_FALSE(peers->contains(""));
}

TEST(TrustedPeers, AWholeFamilyCanBeNamed) {
  const auto peers = TrustedPeers::parse({"0.0.0.0/0"});
  ASSERT_TRUE(peers.has_value());
  EXPECT_TRUE(peers->contains("203.0.113.9"));
  EXPECT_FALSE(peers->contains("2001:db8::1"));
}

class RefusedPeers : public testing::TestWithParam<const char*> {};

TEST_P(RefusedPeers, AreRefusedWithTheirName) {
  const auto peers = TrustedPeers::parse({GetParam()});
  ASSERT_FALSE(peers.has_value());
  EXPECT_NE(peers.error().find("'" + std::string(GetParam()) + "'"), std::string::npos)
      << peers.error();
}
INSTANTIATE_TEST_SUITE_P(Malformed, RefusedPeers,
                         testing::Values("", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1",
                                         "10.0.0.0/8/8", "10.0.0", "2001:db8::/129", "1.2.3.4/a"));

}  // namespace
}  // namespace banyan::strangler
