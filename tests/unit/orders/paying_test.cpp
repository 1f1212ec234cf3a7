// SPDX-License-Identifier: Apache-2.0
// What an order is paid with: who may, and what becomes of those that say nothing.
#include <gmock/gmock.h>

#include "application/sagas/calls.hpp"
#include "contract/matchers.hpp"
#include "saga_world.hpp"

namespace orders::testing {
namespace {

using banyan::contract::sample_shop;
using banyan::contract::some_customer;

class Paying : public ::testing::Test {
 protected:
  banyan::Result<OrderDetails> place(std::optional<std::string> method) {
    return place_order(PlaceOrder{
        some_customer(), {{sample_shop().track(banyan::contract::kPlenty), 1}}, std::move(method)});
  }
  banyan::Result<OrderDetails> place_order(const PlaceOrder& request) {
    return world_.place_as(request, "key-" + std::to_string(++orders_));
  }
  void put_on_hold() {
    const auto id = customers::CustomerId::parse(some_customer().str()).value();
    customers::Customer customer = SomeCustomers::anybody(id);
    customer.credit = customers::Credit::OnHold;
    customer.credit_reason = "invoice 4711 is unpaid";
    world_.customers.except[id] = customer;
  }

  SagaWorld world_{false};
  int orders_ = 0;
};

TEST_F(Paying, OnInvoiceWantsGoodCredit) {
  EXPECT_THAT(place("invoice"), Succeeds());
  put_on_hold();
  for (const auto& method : {std::optional<std::string>("invoice"),
                             std::optional<std::string>("account"), std::optional<std::string>()}) {
    const auto refused = place(method);
    ASSERT_THAT(refused, BreaksRule("orders.customer_on_hold")) << method.value_or("(none)");
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("invoice 4711 is unpaid"));
    EXPECT_EQ(refused.error().details.at(0).where, "/payment_method");
  }
}

TEST_F(Paying, RefusesBeforeAnythingIsHeldWhatNobodyCanPayAtOnce) {
  const auto& track = sample_shop().track(banyan::contract::kPlenty);
  const auto order = [&](std::int64_t price, std::int64_t quantity) {
    EXPECT_THAT(
        world_.catalog().handle(catalog::ChangePrice{track, {price, "EUR"}}, world_.context()),
        Succeeds());
    return place_order({some_customer(), {{track, quantity}}, "card"});
  };
  EXPECT_THAT(order(0, 1), BreaksRule("orders.bad_lines"));
  EXPECT_THAT(order(99'999'999, 11), BreaksRule("orders.bad_quantity"));
  EXPECT_EQ(world_.count_orders(), 0U);
  EXPECT_EQ(world_.troubles.calls, 0);
}

TEST_F(Paying, ByCardWantsNoCredit) {
  put_on_hold();
  EXPECT_THAT(place("card"), Succeeds());
  EXPECT_THAT(place("card:tok_visa"), Succeeds());
}

TEST_F(Paying, AsksPaymentsForWhatTheCustomerHasChosen) {
  const auto order = place("card:tok_visa");
  ASSERT_THAT(order, Succeeds());
  EXPECT_EQ(world_.payments.books.at(payments::OrderId::parse(order->id.str()).value()).method,
            "card:tok_visa");
}

// So that the parcel goes where the tax is paid.
TEST_F(Paying, TellsForWhichCountryTheTaxIs) {
  banyan::SeededRandom random(1);
  const auto country_of = [&](std::string country) {
    const Order order = Order::place(OrderId::make({1}, random), some_customer(),
                                     {{sample_shop().track(0), "a", 2, {99, "EUR"}}},
                                     {tax_rate_of(country), "card", country}, {1})
                            .value();
    return AuthorisePayment::request(order).country;
  };
  EXPECT_EQ(country_of("AT"), "AT");
  EXPECT_EQ(country_of(""), std::nullopt) << "of a version before";
}

// As a version before has left it on its way.
TEST_F(Paying, OfAnOrderWithoutAMethodIsByCard) {
  banyan::SeededRandom random(1);
  const Order order =
      Order::place(OrderId::make({1}, random), some_customer(),
                   {{sample_shop().track(0), "a", 2, {99, "EUR"}}}, {tax_rate_of("DE"), ""}, {1})
          .value();
  EXPECT_EQ(AuthorisePayment::request(order).method, "card");
}

// As well: payments is asked as it was asked before, or it would be another payment.
TEST_F(Paying, OfAnOrderOnItsWayIsByTheWordThatAVersionBeforeTook) {
  banyan::SeededRandom random(1);
  const Order order = Order::place(OrderId::make({1}, random), some_customer(),
                                   {{sample_shop().track(0), "a", 2, {99, "EUR"}}},
                                   {tax_rate_of("DE"), "gold"}, {1})
                          .value();
  EXPECT_EQ(AuthorisePayment::request(order).method, "gold");
  EXPECT_THAT(place("gold"), BreaksRule("orders.bad_payment_method")) << "new ones are held to it";
}

}  // namespace
}  // namespace orders::testing
