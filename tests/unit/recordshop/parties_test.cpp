// SPDX-License-Identifier: Apache-2.0
// Who stands behind the shop's outside parties, by its options.
#include <gmock/gmock.h>

#include "banyan/telemetry/health.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "outside/carrier.hpp"
#include "outside/missing_parties.hpp"
#include "outside/payment_provider.hpp"
#include "outside/secrets.hpp"
#include "payments/provider.hpp"
#include "shipping/carrier.hpp"

namespace recordshop {
namespace {

using banyan::contract::any_context;
using banyan::host::OwnParts;
using banyan::host::OwnValues;
using testing::HasSubstr;

/// A shop that was started with these options.
struct Shop {
  explicit Shop(OwnValues values) : options(std::move(values)) {}

  template <class Interface>
  std::shared_ptr<Interface> made(const banyan::host::Party& party) {
    const OwnParts own{.options = options, .environment = environment, .health = &health};
    return std::static_pointer_cast<Interface>(party.make(own));
  }
  std::string start() {
    try {
      made<payments::Provider>(payment_provider());
      return "";
    } catch (const std::runtime_error& refusal) {
      return refusal.what();
    }
  }

  OwnValues options;
  const banyan::Environment environment = banyan::contract::real_environment();
  banyan::telemetry::Health health{banyan::system_clock()};
};

const OwnValues kCards{{"payment-provider", "http://127.0.0.1:1/gw/xml"}};

TEST(PaymentParty, HasANameThatItsAddressHasNoPartIn) {
  EXPECT_EQ(Shop({}).made<payments::Provider>(payment_provider())->name(), "account");
  OwnValues elsewhere = kCards;
  elsewhere["payment-provider"] = "http://127.0.0.2:2/gw";
  for (const OwnValues& options : {kCards, elsewhere}) {
    EXPECT_EQ(Shop(options).made<payments::Provider>(payment_provider())->name(),
              "acmepay/RECSHOP01");
  }
}

TEST(PaymentParty, OfWhatWasSoldOnAccountIsReachedByAShopWithACardProvider) {
  Shop shop(kCards);
  const auto provider = shop.made<payments::Provider>(payment_provider());
  payments::Provider* const account = provider->party("account");
  ASSERT_NE(account, nullptr);
  const auto order = payments::OrderId::make({1}, banyan::system_random());
  const auto refunded = account->refund(order, "all", {500, "EUR"}, any_context());
  ASSERT_THAT(refunded, Succeeds());
  EXPECT_EQ(refunded->refunds.size(), 1U);
  EXPECT_EQ(shop.health.ready().problems.size(), 0U);
}

TEST(PaymentParty, ThatTheShopWasNotStartedWithIsAProblemOfItsHealth) {
  Shop shop({});
  const auto provider = shop.made<payments::Provider>(payment_provider());
  EXPECT_EQ(provider->party("acmepay/RECSHOP01"), nullptr);
  const auto report = shop.health.ready();
  EXPECT_TRUE(report.ready);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_THAT(report.problems[0].message, HasSubstr("acmepay/RECSHOP01"));
  EXPECT_THAT(report.problems[0].message, HasSubstr("--payment-provider"));
}

TEST(PaymentParty, OfAVersionBeforeIsTheAccountOnlyWhereTheOperatorSaysSo) {
  const auto order = payments::OrderId::make({1}, banyan::system_random());
  Shop silent({});
  const auto nobody = silent.made<payments::Provider>(payment_provider());
  const auto found = nobody->find(order, any_context());
  ASSERT_THAT(found, Succeeds());
  EXPECT_EQ(*found, nullptr) << "it may be with a card provider that is not here";
  ASSERT_EQ(silent.health.ready().problems.size(), 1U);
  EXPECT_THAT(silent.health.ready().problems[0].message, HasSubstr("--unnamed-payments"));

  Shop told(OwnValues{{"unnamed-payments", "account"}});
  const auto account = told.made<payments::Provider>(payment_provider());
  const auto then = account->find(order, any_context());
  ASSERT_THAT(then, Succeeds());
  ASSERT_NE(*then, nullptr);
  EXPECT_EQ((*then)->name(), "account");

  EXPECT_THAT(Shop(OwnValues{{"unnamed-payments", "cards"}}).start(),
              HasSubstr("--unnamed-payments: 'cards'"));
}

const OwnValues kDesk{{"carrier", "http://127.0.0.1:1/ws"}};

TEST(CarrierParty, OfWhatTheMessengerHasIsReachedByAShopWithACarrier) {
  Shop shop(kDesk);
  const auto here = shop.made<shipping::Carrier>(carrier());
  EXPECT_EQ(here->name(), "overland/40017");
  EXPECT_EQ(here->party("overland/40017")->name(), "overland/40017");
  EXPECT_EQ(here->party("messenger")->name(), "messenger");
  // Of the messenger's parcel the carrier cannot say that it stays: it never got it.
  EXPECT_THAT(here->cancel({"ord_1", "BIKE-1750000000000000-a1b2c3"}, any_context()),
              BreaksRule("carrier.not_ours"));
}

TEST(CarrierParty, OfAParcelWithoutANameIsFoundByItsNumber) {
  Shop with_a_desk(kDesk);
  const auto desk = with_a_desk.made<shipping::Carrier>(carrier());
  EXPECT_EQ(desk->party_of_number("BIKE-1750000000000000-a1b2c3")->name(), "messenger");
  EXPECT_EQ(desk->party_of_number("4001700000017")->name(), "overland/40017");

  Shop without({});
  const auto messenger = without.made<shipping::Carrier>(carrier());
  EXPECT_EQ(messenger->party_of_number("4001700000017"), nullptr);
  ASSERT_EQ(without.health.ready().problems.size(), 1U);
  EXPECT_THAT(without.health.ready().problems[0].message, HasSubstr("a version before"));
}

TEST(CarrierParty, ThatTheShopWasNotStartedWithIsAProblemOfItsHealth) {
  Shop shop({});
  const auto here = shop.made<shipping::Carrier>(carrier());
  EXPECT_EQ(here->name(), "messenger");
  EXPECT_EQ(here->party("overland/40017"), nullptr);
  const auto report = shop.health.ready();
  EXPECT_TRUE(report.ready);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_THAT(report.problems[0].message, HasSubstr("overland/40017"));
}

TEST(MissingParties, AreNotMissedAnyMoreWhenNothingHasWaitedForThemForAnHour) {
  banyan::ManualClock clock;
  MissingParties missing(clock);
  EXPECT_EQ(missing.list(), "");
  missing.miss("acmepay/A");
  clock.advance(std::chrono::minutes(50));
  missing.miss("acmepay/B");
  EXPECT_EQ(missing.list(), "acmepay/A, acmepay/B");
  clock.advance(std::chrono::minutes(11));
  EXPECT_EQ(missing.list(), "acmepay/B");
  missing.miss("acmepay/A");
  EXPECT_EQ(missing.list(), "acmepay/A, acmepay/B");
}

TEST(SharedSecrets, ThatEverybodyKnowsAreForPartiesOnThisMachine) {
  EXPECT_EQ(Shop(kCards).start(), "");
  OwnValues real{{"payment-provider", "http://gateway.acmepay.example/gw/xml"}};
  EXPECT_THAT(Shop(real).start(), HasSubstr("--payment-secret-file is missing"));
  Shop with_a_desk(OwnValues{{"carrier", "http://desk.overland.example/ws"}});
  EXPECT_THROW((with_a_desk.made<shipping::Carrier>(carrier())), std::runtime_error);

  for (const char* here : {"localhost", "127.0.0.1", "127.9.9.9", "::1"}) {
    EXPECT_TRUE(is_this_machine(here)) << here;
  }
  for (const char* elsewhere : {"127.0.0.1.example.org", "10.0.0.1", "example.org", ""}) {
    EXPECT_FALSE(is_this_machine(elsewhere)) << elsewhere;
  }
}

}  // namespace
}  // namespace recordshop
