// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/trusted_peers.hpp"

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

std::string client(http::Fields fields, std::string_view peer = "10.0.0.1") {
  const auto trusted = TrustedPeers::parse({"10.0.0.0/8", "2001:db8::/32", "unix:"});
  return client_address(fields, peer, *trusted);
}

TEST(TheClientsAddress, IsThePeersUnlessItIsTrusted) {
  EXPECT_EQ(client({}), "10.0.0.1");
  EXPECT_EQ(client({{"X-Forwarded-For", "203.0.113.7"}}, "192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client({{"X-Forwarded-For", "203.0.113.7"}}), "203.0.113.7");
  EXPECT_EQ(client({{"X-Forwarded-For", "203.0.113.7"}}, "unix:/run/b.sock"), "203.0.113.7");
  EXPECT_EQ(client({}, "unix:/run/b.sock"), "unix:/run/b.sock");
  EXPECT_EQ(client_address({{"X-Forwarded-For", "203.0.113.7"}}, "10.0.0.1", TrustedPeers()),
            "10.0.0.1");
}

std::string place(http::Fields fields, std::string_view peer) {
  const auto trusted = TrustedPeers::parse({"10.0.0.0/8", "unix:"});
  return client_place(fields, peer, *trusted);
}

TEST(TheClientsPlace, IsTheAddressThatIsKnownToBeTheClients) {
  EXPECT_EQ(place({}, "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(place({{"X-Forwarded-For", "203.0.113.7"}}, "10.0.0.1"), "203.0.113.7");
  EXPECT_EQ(place({{"X-Forwarded-For", "203.0.113.7"}}, "unix:/run/b.sock"), "203.0.113.7");
  EXPECT_EQ(place({{"X-Forwarded-For", "192.168.0.7"}}, "10.0.0.1"), "192.168.0.7")
      << "a proxy of that house says so";
}

TEST(TheClientsPlace, IsNotThatOfAProxyBehindWhichAreMany) {
  for (const char* field : {"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"}) {
    EXPECT_EQ(place({{field, "203.0.113.7"}}, "198.51.100.1"), "") << field;
  }
  for (const char* peer : {"127.0.0.1", "::1", "192.168.0.1", "172.17.0.1", "fd00::1"}) {
    EXPECT_EQ(place({}, peer), "") << peer << " may be a proxy that says nothing of others";
  }
  EXPECT_EQ(place({}, "10.0.0.1"), "") << "a proxy that is trusted, and says nothing";
  EXPECT_EQ(place({{"X-Forwarded-For", "unknown"}}, "10.0.0.1"), "");
  EXPECT_EQ(place({}, "unix:/run/b.sock"), "");
  EXPECT_EQ(client_place({}, "unix:/run/b.sock", TrustedPeers()), "");
}

TEST(TheClientsPlace, OfAHouseholdIsOne) {
  EXPECT_EQ(place({}, "2001:db8:0:7::1"), "2001:db8:0:7::/64");
  EXPECT_EQ(place({}, "2001:db8:0:7:ffff:1:2:3"), "2001:db8:0:7::/64");
  EXPECT_NE(place({}, "2001:db8:0:8::1"), "2001:db8:0:7::/64");
}

TEST(TheClientsHousehold, IsWhatItsPlaceAndItsStickinessAreTakenFrom) {
  const auto household = [](std::string_view text) {
    return household_of(http::IpAddress::parse(text).value());
  };
  EXPECT_EQ(household("203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(household("2001:db8:0:7:1:2:3:4"), "2001:db8:0:7::");
  EXPECT_EQ(household("2001:0:0:7:1:2:3:4"), "2001:0:0:7::");
  EXPECT_EQ(household("2001:db8::1"), "2001:db8::");
  const TrustedPeers nobody;
  EXPECT_EQ(client_household({}, "2001:db8:0:7::1", nobody) + "/64",
            client_place({}, "2001:db8:0:7::1", nobody));
}

TEST(TheClientsAddress, IsOneHoweverItIsWritten) {
  for (const char* same : {"203.0.113.7:41000", "203.0.113.7:1", " 203.0.113.7 ", "\"203.0.113.7\"",
                           "[::ffff:203.0.113.7]:80", "::ffff:203.0.113.7", "::FFFF:cb00:7107"}) {
    EXPECT_EQ(client({{"X-Forwarded-For", same}}), "203.0.113.7") << same;
  }
  for (const char* same : {"2001:DB9:0:0::0001", "[2001:db9::1]", "[2001:db9::1]:443",
                           "\"[2001:db9::1]:443\"", "2001:db9:0000:0000:0000:0000:0000:0001"}) {
    EXPECT_EQ(client({{"X-Forwarded-For", same}}), "2001:db9::1") << same;
  }
}

TEST(TheClientsAddress, IsTheLastOneThatIsNotATrustedHop) {
  EXPECT_EQ(client({{"X-Forwarded-For", "203.0.113.7, 10.0.0.2"}}), "203.0.113.7");
  EXPECT_EQ(client({{"X-Forwarded-For", "203.0.113.7, 10.0.0.2:99"},
                    {"X-Forwarded-For", "[2001:db8::5]"}}),
            "203.0.113.7");
  EXPECT_EQ(client({{"X-Forwarded-For", "6.6.6.6, 203.0.113.7, 10.0.0.2"}}), "203.0.113.7")
      << "what is before it, a client can have made up";
  EXPECT_EQ(client({{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}), "10.0.0.3")
      << "a request of the proxies' own network";
  EXPECT_EQ(client({{"X-Forwarded-For", ""}}), "10.0.0.1");
}

TEST(TheClientsAddress, EndsWhereSomebodySaysNone) {
  EXPECT_EQ(client({{"X-Forwarded-For", "203.0.113.7, unknown"}}), "10.0.0.1");
  EXPECT_EQ(client({{"X-Forwarded-For", "203.0.113.7, _hidden, 10.0.0.2"}}), "10.0.0.2");
  for (const char* none : {"203.0.113", "203.0.113.7:port", "[2001:db9::1", "2001:db9::1]:80",
                           "[203.0.113.7]", "203.0.113.7:123456", "\"", "[]"}) {
    EXPECT_EQ(client({{"X-Forwarded-For", none}}), "10.0.0.1") << none;
  }
}

TEST(TheClientsAddress, IsReadFromForwardedWhereThereIsNothingElse_RFC7239) {
  EXPECT_EQ(client({{"Forwarded",
                     "for=6.6.6.6, For=\"[2001:db9::1]:4711\";proto=https, "
                     "by=10.0.0.9;for=10.0.0.2"}}),
            "2001:db9::1");
  EXPECT_EQ(client({{"Forwarded", "for=203.0.113.7"}, {"X-Forwarded-For", "203.0.113.8"}}),
            "203.0.113.8");
  EXPECT_EQ(client({{"Forwarded", "for=unknown"}}), "10.0.0.1");
  EXPECT_EQ(client({{"Forwarded", "proto=https"}}), "10.0.0.1");
}

}  // namespace
}  // namespace banyan::strangler
