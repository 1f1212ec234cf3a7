// SPDX-License-Identifier: Apache-2.0
#include "domain/pricing.hpp"

#include "contract/matchers.hpp"

namespace catalog {
namespace {

const banyan::Money kOld{99, "EUR"};

TEST(Pricing, TakesAnyPriceFromFreeToAMillion) {
  EXPECT_THAT(new_price(kOld, {0, "EUR"}), Succeeds());
  EXPECT_THAT(new_price(kOld, {100'000'000, "EUR"}), Succeeds());
}

TEST(Pricing, RefusesPricesBeyondAndSaysWhere) {
  for (const std::int64_t price : {std::int64_t{-1}, std::int64_t{100'000'001}}) {
    const auto refused = new_price(kOld, {price, "EUR"});
    ASSERT_THAT(refused, BreaksRule("catalog.bad_price"));
    EXPECT_EQ(refused.error().details.at(0).where, "/price/minor_units");
  }
}

TEST(Pricing, KeepsTheCurrencyOfATrack) {
  EXPECT_THAT(new_price(kOld, {99, "USD"}), BreaksRule("catalog.currency_differs"));
}

}  // namespace
}  // namespace catalog
