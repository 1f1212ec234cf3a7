// SPDX-License-Identifier: Apache-2.0
#include "domain/details.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "domain/countries.hpp"

namespace customers {
namespace {

const Address kHarbour{"Ada Vogel", "Hafenstraße 7", "20457", "Hamburg", "DE"};

/// The places that are wrong.
template <class Check>
std::vector<std::string> wrong(Check check) {
  DetailsCheck details;
  check(details);
  const banyan::Result<void> result = details.result();
  std::vector<std::string> places;
  if (result) return places;
  EXPECT_EQ(result.error().rule, "customers.bad_details");
  for (const banyan::Detail& detail : result.error().details) places.push_back(detail.where);
  return places;
}

TEST(CustomerDetails, TellAllThatIsWrongAtOnce) {
  const auto places = wrong([](DetailsCheck& check) {
    check.name("");
    check.email("ada");
    check.address({"", std::string(101, 'x'), std::string(21, '1'), "  ", "Germany"});
    check.password("short");
  });

  EXPECT_EQ(places, (std::vector<std::string>{"/name", "/email", "/address/recipient",
                                              "/address/street", "/address/postal_code",
                                              "/address/city", "/address/country", "/password"}));
}

TEST(CustomerDetails, TakeAddressesOfAllKinds) {
  for (const Address& address :
       {kHarbour, Address{"Zoë Müller-Ōta", "1-2-3 銀座", "104-0061", "東京", "JP"},
        Address{"Seán", "12 Main Street", "", "Galway", "IE"}}) {
    EXPECT_TRUE(wrong([&](DetailsCheck& check) { check.address(address); }).empty());
  }
}

TEST(CustomerDetails, CountCharactersAndNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü";

  EXPECT_TRUE(wrong([&](DetailsCheck& check) { check.name(umlauts); }).empty());
  EXPECT_FALSE(wrong([&](DetailsCheck& check) { check.name(umlauts + "ü"); }).empty());
}

TEST(CustomerDetails, AreOneLine) {
  EXPECT_FALSE(wrong([](DetailsCheck& check) { check.name("Ada\nVogel"); }).empty());
  EXPECT_FALSE(wrong([](DetailsCheck& check) { check.reason("a\tb"); }).empty());
}

// No document that a carrier or a payment provider reads can have these.
TEST(CustomerDetails, AreOfCharacters) {
  EXPECT_FALSE(wrong([](DetailsCheck& check) { check.name("Ada\xEF\xBF\xBF Vogel"); }).empty());
  EXPECT_FALSE(wrong([](DetailsCheck& check) { check.reason("a\xEF\xBF\xBE"); }).empty());
  EXPECT_TRUE(wrong([](DetailsCheck& check) { check.name("Ada\xEF\xBF\xBD Vogel"); }).empty());
}

TEST(CustomerDetails, KnowAnEmailAddressWhenTheySeeOne) {
  for (const char* good :
       {"ada@example.org", "A.Vogel+shop@mail.example.co.uk", "x@y.z", "stanisław.wójcik@wp.pl"}) {
    EXPECT_TRUE(wrong([&](DetailsCheck& check) { check.email(good); }).empty()) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("ada"), std::string("@example.org"), std::string("ada@"),
        std::string("ada@localhost"), std::string("ada@.org"), std::string("ada@example."),
        std::string("ada@ex..org"), std::string("a@b@example.org"),
        std::string("ada vogel@example.org"), std::string("ada@example.org\n"),
        std::string(65, 'a') + "@example.org", "a@" + std::string(250, 'b') + ".org"}) {
    EXPECT_FALSE(wrong([&](DetailsCheck& check) { check.email(bad); }).empty()) << bad;
  }
}

TEST(CustomerDetails, NeverRepeatAPassword) {
  DetailsCheck check;
  check.password("hunter2");
  const banyan::Result<void> result = check.result();

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message.find("hunter2"), std::string::npos);
  EXPECT_EQ(result.error().details.at(0).problem.find("hunter2"), std::string::npos);
}

TEST(CustomerDetails, CompareEmailAddressesWithoutTheirCase) {
  EXPECT_EQ(email_key("Ada.Vogel@Example.ORG"), "ada.vogel@example.org");
}

TEST(Countries, AreThoseOfTheStandard) {
  for (const char* code : {"DE", "AT", "JP", "US", "GB", "AD", "ZW"}) EXPECT_TRUE(is_country(code));
  for (const char* code : {"", "D", "de", "UK", "EU", "XX", "DEU", "E ", "D E"}) {
    EXPECT_FALSE(is_country(code)) << code;
  }
}

}  // namespace
}  // namespace customers
