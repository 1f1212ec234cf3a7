// SPDX-License-Identifier: Apache-2.0
#include "contract/orders/orders_port_contract.hpp"

#include <set>
#include <thread>

#include "contract/made_up_cursors.hpp"
#include "contract/matchers.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {

using ::orders::CancelOrder;
using ::orders::CancelReason;
using ::orders::Fulfilment;
using ::orders::GetOrder;
using ::orders::LineRequest;
using ::orders::ListOrders;
using ::orders::OrderDetails;
using ::orders::OrderState;
using ::orders::PlaceOrder;
using ::orders::ResumeOrder;
using ::orders::ReturnOrder;

Result<OrderDetails> OrdersPortContract::place(const std::string& key,
                                               std::vector<LineRequest> lines) {
  const PlaceOrder request{some_customer(), std::move(lines)};
  auto order = orders().handle(request, keyed(key));
  while (order && order->fulfilment == Fulfilment::InProgress) {
    std::this_thread::yield();
    order = orders().handle(request, keyed(key));
  }
  return order;
}

Result<OrderDetails> OrdersPortContract::settled(Result<OrderDetails> order) {
  while (order && order->fulfilment != Fulfilment::Done && order->fulfilment != Fulfilment::Stuck) {
    std::this_thread::yield();
    order = orders().handle(GetOrder{order->id}, any_context());
  }
  return order;
}

namespace {

TEST_P(OrdersPortContract, TakesAnOrderAtTodaysPricesWithTheTaxOfTheCountry) {
  const auto& shop = sample_shop();
  const auto order = place("k1", {{shop.track(kFive), 2}, {shop.track(kPlenty), 1}});

  ASSERT_THAT(order, Succeeds());
  EXPECT_EQ(order->state, OrderState::Paid);
  EXPECT_EQ(order->fulfilment, Fulfilment::Done);
  EXPECT_EQ(order->customer, some_customer());
  EXPECT_EQ(order->net, (Money{2 * 129 + 99, "EUR"}));
  EXPECT_EQ(order->tax_rate, 1900);
  EXPECT_EQ(order->tax, (Money{68, "EUR"}));  // 67.83
  EXPECT_EQ(order->total, (Money{425, "EUR"}));
  ASSERT_EQ(order->lines.size(), 2U);
  EXPECT_EQ(order->lines[0].title, "Crossing the Meadow");
  EXPECT_EQ(order->lines[0].unit_price, (Money{129, "EUR"}));
  EXPECT_EQ(order->cancel_reason, std::nullopt);
}

TEST_P(OrdersPortContract, FindsAnOrderThatWasPlaced) {
  const auto placed = place("k1", {{sample_shop().track(kPlenty), 1}});
  ASSERT_THAT(placed, Succeeds());

  auto found = orders().handle(GetOrder{placed->id}, any_context());
  ASSERT_THAT(found, Succeeds());
  // Only who asks is told what customers and tracks are called.
  found->names.reset();
  found->names_complete_until.reset();
  EXPECT_EQ(*found, *placed);
}

TEST_P(OrdersPortContract, AnswersTheSameOrderForTheSameKey) {
  const auto first = place("k1", {{sample_shop().track(kPlenty), 1}});
  const auto again = place("k1", {{sample_shop().track(kPlenty), 1}});
  const auto other = place("k2", {{sample_shop().track(kPlenty), 1}});

  ASSERT_THAT(first, Succeeds());
  ASSERT_THAT(again, Succeeds());
  ASSERT_THAT(other, Succeeds());
  EXPECT_EQ(*first, *again);
  EXPECT_NE(first->id, other->id);
}

TEST_P(OrdersPortContract, RefusesAnotherRequestUnderTheSameKey) {
  const auto& shop = sample_shop();
  ASSERT_THAT(place("k1", {{shop.track(kPlenty), 1}}), Succeeds());

  EXPECT_THAT(place("k1", {{shop.track(kPlenty), 2}}), BreaksRule("orders.key_reused"));
  EXPECT_THAT(place("k1", {{shop.track(kAlsoPlenty), 1}}), BreaksRule("orders.key_reused"));
}

TEST_P(OrdersPortContract, LetsTwoCustomersUseTheSameKey) {
  const PlaceOrder request{some_customer(2), {{sample_shop().track(kPlenty), 1}}};
  const auto mine = place("k1", {{sample_shop().track(kPlenty), 1}});
  const auto theirs = orders().handle(request, keyed("k1"));

  ASSERT_THAT(mine, Succeeds());
  ASSERT_THAT(theirs, Succeeds());
  EXPECT_NE(mine->id, theirs->id);
  EXPECT_EQ(theirs->customer, some_customer(2));
}

TEST_P(OrdersPortContract, TellsApartPrincipalsThatUseTheSameKey) {
  const PlaceOrder request{some_customer(1), {{sample_shop().track(kPlenty), 1}}};
  Context ann = keyed("k1");
  ann.principal = "ann";
  Context bob = keyed("k1");
  bob.principal = "bob";
  const auto of_ann = orders().handle(request, ann);
  const auto of_bob = orders().handle(request, bob);

  ASSERT_THAT(of_ann, Succeeds());
  ASSERT_THAT(of_bob, Succeeds());
  EXPECT_NE(of_ann->id, of_bob->id);
}

TEST_P(OrdersPortContract, PlacesOneOrderWhenOneKeyComesManyTimesAtOnce) {
  std::vector<Result<OrderDetails>> answers(
      6, fail(ErrorCode::Internal, "test.no_answer", "no answer"));
  {
    std::vector<std::jthread> callers;
    for (auto& answer : answers) {
      callers.emplace_back([&] { answer = place("k1", {{sample_shop().track(kPlenty), 1}}); });
    }
  }

  std::set<::orders::OrderId> ids;
  for (const auto& answer : answers) {
    ASSERT_THAT(answer, Succeeds());
    ids.insert(answer->id);
  }
  EXPECT_EQ(ids.size(), 1U);
}

TEST_P(OrdersPortContract, CancelsAnOrderThatIsOutOfStockAndSaysSoEveryTime) {
  const auto& shop = sample_shop();
  const std::vector<LineRequest> lines = {{shop.track(kPlenty), 1}, {shop.track(kLast), 2}};

  const auto first = place("k1", lines);
  const auto again = place("k1", lines);

  ASSERT_THAT(first, BreaksRule("orders.out_of_stock"));
  ASSERT_THAT(again, BreaksRule("orders.out_of_stock"));
  EXPECT_EQ(first.error(), again.error());
  const auto list = orders().handle(
      ListOrders{.customer = some_customer(), .cursor = {}, .limit = {}}, any_context());
  ASSERT_THAT(list, Succeeds());
  ASSERT_EQ(list->orders.size(), 1U);
  const auto cancelled = orders().handle(GetOrder{list->orders[0].id}, any_context());
  ASSERT_THAT(cancelled, Succeeds());
  EXPECT_EQ(cancelled->state, OrderState::Cancelled);
  EXPECT_EQ(cancelled->cancel_reason, CancelReason::OutOfStock);
}

TEST_P(OrdersPortContract, SellsTheLastCopyOnce) {
  const auto& last = sample_shop().track(kLast);

  EXPECT_THAT(place("k1", {{last, 1}}), Succeeds());
  EXPECT_THAT(place("k2", {{last, 1}}), BreaksRule("orders.out_of_stock"));
}

TEST_P(OrdersPortContract, RefusesTracksThatDoNotExistAllAtOnce) {
  const auto order = place("k1", {{no_such_track(), 1}, {sample_shop().track(kPlenty), 1}});

  ASSERT_THAT(order, BreaksRule("orders.unknown_track"));
  ASSERT_EQ(order.error().details.size(), 1U);
  EXPECT_EQ(order.error().details[0].where, "/lines/0/track");
}

TEST_P(OrdersPortContract, RefusesLinesThatMakeNoSense) {
  const auto& track = sample_shop().track(kPlenty);

  EXPECT_THAT(place("a", {}), BreaksRule("orders.bad_lines"));
  EXPECT_THAT(place("b", {{track, 1}, {track, 2}}), BreaksRule("orders.bad_lines"));
  EXPECT_THAT(place("c", {{track, 0}}), BreaksRule("orders.bad_quantity"));
  EXPECT_THAT(place("d", {{track, -5}}), BreaksRule("orders.bad_quantity"));
  EXPECT_THAT(place("e", {{track, 1'001}}), BreaksRule("orders.bad_quantity"));
  EXPECT_THAT(place("f", std::vector(101, LineRequest{track, 1})), BreaksRule("orders.bad_lines"));
}

TEST_P(OrdersPortContract, RefusesTwoCurrenciesInOneOrder) {
  EXPECT_THAT(place("k", {{sample_shop().track(kPlenty), 1}, {sample_shop().track(kDollars), 1}}),
              BreaksRule("orders.mixed_currencies"));
}

TEST_P(OrdersPortContract, RefusesToPlaceWithoutAKey) {
  EXPECT_THAT(orders().handle(PlaceOrder{some_customer(), {{sample_shop().track(kPlenty), 1}}},
                              any_context()),
              BreaksRule("banyan.idempotency_key_missing"));
}

TEST_P(OrdersPortContract, TakesBackWhatIsPaidAndNotYetShipped) {
  const auto paid = place("k1", {{sample_shop().track(kLast), 1}});
  ASSERT_THAT(paid, Succeeds());
  const auto cancelled = settled(orders().handle(CancelOrder{paid->id}, any_context()));
  ASSERT_THAT(cancelled, Succeeds());
  EXPECT_EQ(cancelled->state, OrderState::Cancelled);
  EXPECT_EQ(cancelled->cancel_reason, CancelReason::ByCustomer);
  EXPECT_EQ(cancelled->fulfilment, Fulfilment::Done);
  EXPECT_THAT(place("k2", {{sample_shop().track(kLast), 1}}), Succeeds());
}

TEST_P(OrdersPortContract, TakesNothingBackThatIsNotDelivered) {
  const auto paid = place("k1", {{sample_shop().track(kPlenty), 1}});
  ASSERT_THAT(paid, Succeeds());
  EXPECT_THAT(orders().handle(ReturnOrder{paid->id}, any_context()),
              BreaksRule("orders.not_returnable"));
}

TEST_P(OrdersPortContract, RefusesAWayToPayThatThereIsNot) {
  for (const char* const method : {"", "a b", "gold", "card:", "card:a b", "invoice:1"}) {
    const PlaceOrder request{some_customer(), {{sample_shop().track(kPlenty), 1}}, method};
    const auto refused = orders().handle(request, keyed("k"));
    ASSERT_THAT(refused, BreaksRule("orders.bad_payment_method")) << method;
    EXPECT_EQ(refused.error().details.at(0).where, "/payment_method");
  }
}

TEST_P(OrdersPortContract, KeepsWhatAnOrderIsPaidWith) {
  for (const char* const method : {"card", "card:tok_visa", "invoice", "account"}) {
    const PlaceOrder request{some_customer(), {{sample_shop().track(kPlenty), 1}}, method};
    const auto order = orders().handle(request, keyed(method));
    ASSERT_THAT(order, Succeeds()) << method;
    EXPECT_EQ(order->payment_method, method);
  }
  const auto silent = place("silent", {{sample_shop().track(kPlenty), 1}});
  ASSERT_THAT(silent, Succeeds());
  EXPECT_EQ(silent->payment_method, "account");
}

TEST_P(OrdersPortContract, OrdersAtThePriceThatWasSeenOrNotAtAll) {
  const auto& shop = sample_shop();
  const auto refused = place("k1", {{shop.track(kPlenty), 1, Money{99, "EUR"}},
                                    {shop.track(kFive), 1, Money{119, "EUR"}}});
  ASSERT_THAT(refused, BreaksRule("orders.price_changed"));
  ASSERT_EQ(refused.error().details.size(), 1U);
  EXPECT_EQ(refused.error().details[0].where, "/lines/1/unit_price");
  EXPECT_THAT(refused.error().details[0].problem,
              testing::AllOf(testing::HasSubstr("1.19 EUR"), testing::HasSubstr("1.29 EUR")));
  EXPECT_THAT(place("k2", {{shop.track(kPlenty), 1, Money{99, "USD"}}}),
              BreaksRule("orders.price_changed"));
  const auto list = orders().handle(
      ListOrders{.customer = some_customer(), .cursor = {}, .limit = {}}, any_context());
  ASSERT_THAT(list, Succeeds());
  EXPECT_TRUE(list->orders.empty()) << "nothing was ordered";
  const auto placed = place("k3", {{shop.track(kPlenty), 1, Money{99, "EUR"}}});
  ASSERT_THAT(placed, Succeeds());
  EXPECT_EQ(placed->lines[0].unit_price, (Money{99, "EUR"}));
}

TEST_P(OrdersPortContract, AnswersAnOrderThatIsCancelledAlready) {
  ASSERT_THAT(place("k1", {{sample_shop().track(kLast), 2}}), BreaksRule("orders.out_of_stock"));
  const auto list = orders().handle(
      ListOrders{.customer = some_customer(), .cursor = {}, .limit = {}}, any_context());
  ASSERT_THAT(list, Succeeds());

  const auto cancelled = orders().handle(CancelOrder{list->orders.at(0).id}, any_context());
  ASSERT_THAT(cancelled, Succeeds());
  EXPECT_EQ(cancelled->state, OrderState::Cancelled);
}

TEST_P(OrdersPortContract, RefusesOrdersThatDoNotExist) {
  SeededRandom random(7);
  const auto nothing = ::orders::OrderId::make({1}, random);

  EXPECT_THAT(orders().handle(GetOrder{nothing}, any_context()),
              BreaksRule("orders.unknown_order"));
  EXPECT_THAT(orders().handle(CancelOrder{nothing}, any_context()),
              BreaksRule("orders.unknown_order"));
  EXPECT_THAT(orders().handle(ReturnOrder{nothing}, any_context()),
              BreaksRule("orders.unknown_order"));
  EXPECT_THAT(orders().handle(ResumeOrder{nothing}, any_context()),
              BreaksRule("orders.unknown_order"));
}

TEST_P(OrdersPortContract, LeavesAnOrderAloneThatIsNotStuck) {
  const auto sold = place("k1", {{sample_shop().track(kPlenty), 1}});
  ASSERT_THAT(sold, Succeeds());

  const auto resumed = orders().handle(ResumeOrder{sold->id}, any_context());
  ASSERT_THAT(resumed, Succeeds());
  EXPECT_EQ(*resumed, *sold);
}

TEST_P(OrdersPortContract, ListsACustomersOrdersNewestFirst) {
  std::vector<::orders::OrderId> placed;
  for (const auto* key : {"k1", "k2", "k3"}) {
    const auto order = place(key, {{sample_shop().track(kPlenty), 1}});
    ASSERT_THAT(order, Succeeds());
    placed.insert(placed.begin(), order->id);
  }

  std::vector<::orders::OrderId> seen;
  ListOrders question{.customer = some_customer(), .cursor = {}, .limit = 2};
  do {
    const auto page = orders().handle(question, any_context());
    ASSERT_THAT(page, Succeeds());
    for (const auto& order : page->orders) {
      EXPECT_EQ(order.state, OrderState::Paid);
      EXPECT_EQ(order.total, (Money{118, "EUR"}));
      seen.push_back(order.id);
    }
    question.cursor = page->next_cursor;
  } while (question.cursor);
  EXPECT_EQ(seen, placed);
}

TEST_P(OrdersPortContract, RefusesPagesThatCannotBe) {
  EXPECT_THAT(orders().handle(ListOrders{.customer = {}, .cursor = {}, .limit = 0}, any_context()),
              BreaksRule("orders.bad_limit"));
  for (const std::string& cursor : made_up_cursors("orders")) {
    EXPECT_THAT(
        orders().handle(ListOrders{.customer = {}, .cursor = cursor, .limit = {}}, any_context()),
        BreaksRule("orders.bad_cursor"));
  }
}

}  // namespace
}  // namespace banyan::contract
