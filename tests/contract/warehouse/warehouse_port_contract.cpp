// SPDX-License-Identifier: Apache-2.0
#include "contract/warehouse/warehouse_port_contract.hpp"

#include <atomic>
#include <thread>

#include "contract/laws_of_participants.hpp"
#include "contract/made_up_cursors.hpp"
#include "contract/matchers.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {

using ::warehouse::ConfirmReservation;
using ::warehouse::GetReservation;
using ::warehouse::GetStock;
using ::warehouse::ListStock;
using ::warehouse::ReceiveStock;
using ::warehouse::ReleaseReservation;
using ::warehouse::ReservationState;
using ::warehouse::ReserveStock;
using ::warehouse::ReturnStock;
using ::warehouse::Stock;

Stock WarehousePortContract::stock_of(const ::warehouse::TrackId& track) {
  const auto stock = warehouse().handle(GetStock{track}, any_context());
  EXPECT_THAT(stock, Succeeds());
  return stock.value_or(Stock{});
}

Result<::warehouse::Reservation> WarehousePortContract::reserve(
    const ::warehouse::OrderId& order, std::vector<::warehouse::ReservationLine> lines) {
  return warehouse().handle(ReserveStock{order, std::move(lines)}, keyed("reserve-" + order.str()));
}

namespace {

Stock level(std::size_t track, std::int64_t on_hand, std::int64_t reserved) {
  return {sample_shop().track(track), on_hand, reserved, on_hand - reserved};
}

TEST_P(WarehousePortContract, KnowsWhatIsThere) {
  EXPECT_EQ(stock_of(sample_shop().track(kFive)), level(kFive, 5, 0));
  EXPECT_THAT(warehouse().handle(GetStock{sample_shop().track(kNotStocked)}, any_context()),
              BreaksRule("warehouse.not_stocked"));
}

TEST_P(WarehousePortContract, ListsAllStockOverItsPages) {
  std::vector<Stock> seen;
  ListStock question{.cursor = {}, .limit = 2};
  do {
    const auto page = warehouse().handle(question, any_context());
    ASSERT_THAT(page, Succeeds());
    seen.insert(seen.end(), page->stock.begin(), page->stock.end());
    question.cursor = page->next_cursor;
  } while (question.cursor);

  ASSERT_EQ(seen.size(), sample_shop().stock.size());
  EXPECT_EQ(seen[1], level(kFive, 5, 0));
  EXPECT_THAT(warehouse().handle(ListStock{.cursor = {}, .limit = 501}, any_context()),
              BreaksRule("warehouse.bad_limit"));
  for (const std::string& cursor : made_up_cursors("stock")) {
    EXPECT_THAT(warehouse().handle(ListStock{.cursor = cursor, .limit = {}}, any_context()),
                BreaksRule("warehouse.bad_cursor"));
  }
}

TEST_P(WarehousePortContract, TakesADeliveryInOnceForEachKey) {
  const ReceiveStock delivery{sample_shop().track(kFive), 7};

  const auto first = warehouse().handle(delivery, keyed("monday"));
  const auto again = warehouse().handle(delivery, keyed("monday"));
  const auto next = warehouse().handle(delivery, keyed("tuesday"));

  ASSERT_THAT(first, Succeeds());
  ASSERT_THAT(again, Succeeds());
  ASSERT_THAT(next, Succeeds());
  EXPECT_EQ(first->on_hand, 12);
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(next->on_hand, 19);
}

TEST_P(WarehousePortContract, TakesInTheDeliveriesOfTwoSuppliersUnderTheSameKey) {
  const ReceiveStock delivery{sample_shop().track(kFive), 7};
  Context ann = keyed("delivery-1");
  ann.principal = "ann";
  Context bob = keyed("delivery-1");
  bob.principal = "bob";
  const auto of_ann = warehouse().handle(delivery, ann);
  const auto of_bob = warehouse().handle(delivery, bob);
  const auto of_nobody = warehouse().handle(delivery, keyed("delivery-1"));

  ASSERT_THAT(of_ann, Succeeds());
  ASSERT_THAT(of_bob, Succeeds());
  ASSERT_THAT(of_nobody, Succeeds());
  EXPECT_EQ(of_ann->on_hand, 12);
  EXPECT_EQ(of_bob->on_hand, 19);
  EXPECT_EQ(of_nobody->on_hand, 26);
  EXPECT_EQ(warehouse().handle(delivery, ann), *of_ann);
}

TEST_P(WarehousePortContract, StocksATrackThatTheCatalogueKnows) {
  const auto stock =
      warehouse().handle(ReceiveStock{sample_shop().track(kNotStocked), 3}, keyed("new"));

  ASSERT_THAT(stock, Succeeds());
  EXPECT_EQ(stock_of(sample_shop().track(kNotStocked)), level(kNotStocked, 3, 0));
}

TEST_P(WarehousePortContract, RefusesDeliveriesThatCannotBe) {
  const auto& track = sample_shop().track(kFive);
  ASSERT_THAT(warehouse().handle(ReceiveStock{track, 1}, keyed("k")), Succeeds());

  EXPECT_THAT(warehouse().handle(ReceiveStock{no_such_track(), 1}, keyed("a")),
              BreaksRule("warehouse.unknown_track"));
  EXPECT_THAT(warehouse().handle(ReceiveStock{track, 0}, keyed("b")),
              BreaksRule("warehouse.bad_quantity"));
  EXPECT_THAT(warehouse().handle(ReceiveStock{track, 1'000'001}, keyed("c")),
              BreaksRule("warehouse.bad_quantity"));
  EXPECT_THAT(warehouse().handle(ReceiveStock{track, 2}, keyed("k")),
              BreaksRule("warehouse.key_reused"));
  EXPECT_EQ(stock_of(track), level(kFive, 6, 0));
}

TEST_P(WarehousePortContract, HoldsAllLinesOfAnOrder) {
  const auto& shop = sample_shop();
  const auto reservation =
      reserve(shop.order(0), {{shop.track(kFive), 2}, {shop.track(kPlenty), 3}});

  ASSERT_THAT(reservation, Succeeds());
  EXPECT_EQ(reservation->state, ReservationState::Held);
  EXPECT_EQ(reservation->lines.size(), 2U);
  EXPECT_EQ(stock_of(shop.track(kFive)), level(kFive, 5, 2));
  EXPECT_EQ(stock_of(shop.track(kPlenty)), level(kPlenty, 100, 3));
}

TEST_P(WarehousePortContract, HoldsNothingWhenOneLineIsShort) {
  const auto& shop = sample_shop();
  const auto refused = reserve(shop.order(0), {{shop.track(kPlenty), 3}, {shop.track(kLast), 2}});

  ASSERT_THAT(refused, BreaksRule("warehouse.out_of_stock"));
  ASSERT_EQ(refused.error().details.size(), 1U);
  EXPECT_EQ(refused.error().details[0].where, "/lines/1/quantity");
  EXPECT_EQ(stock_of(shop.track(kPlenty)), level(kPlenty, 100, 0));
  EXPECT_EQ(stock_of(shop.track(kLast)), level(kLast, 1, 0));
}

TEST_P(WarehousePortContract, RefusesATrackThatWasNeverDelivered) {
  EXPECT_THAT(reserve(sample_shop().order(0), {{sample_shop().track(kNotStocked), 1}}),
              BreaksRule("warehouse.out_of_stock"));
}

TEST_P(WarehousePortContract, HoldsOnceHoweverOftenItIsAsked) {
  const auto& shop = sample_shop();
  const auto first = reserve(shop.order(0), {{shop.track(kFive), 2}});
  const auto again = reserve(shop.order(0), {{shop.track(kFive), 2}});

  ASSERT_THAT(first, Succeeds());
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(*first, *again);
  EXPECT_EQ(stock_of(shop.track(kFive)), level(kFive, 5, 2));
}

TEST_P(WarehousePortContract, RefusesOtherLinesForTheSameOrder) {
  const auto& shop = sample_shop();
  ASSERT_THAT(reserve(shop.order(0), {{shop.track(kFive), 2}}), Succeeds());

  EXPECT_THAT(reserve(shop.order(0), {{shop.track(kFive), 3}}),
              BreaksRule("warehouse.reservation_differs"));
  EXPECT_EQ(stock_of(shop.track(kFive)), level(kFive, 5, 2));
}

TEST_P(WarehousePortContract, GivesAnOrderOneAnswerAlsoWhenStockComesLater) {
  const auto& shop = sample_shop();
  ASSERT_THAT(reserve(shop.order(0), {{shop.track(kLast), 2}}),
              BreaksRule("warehouse.out_of_stock"));
  ASSERT_THAT(warehouse().handle(ReceiveStock{shop.track(kLast), 9}, keyed("more")), Succeeds());

  EXPECT_THAT(reserve(shop.order(0), {{shop.track(kLast), 2}}),
              BreaksRule("warehouse.out_of_stock"));
  EXPECT_THAT(reserve(shop.order(1), {{shop.track(kLast), 2}}), Succeeds());
}

TEST_P(WarehousePortContract, RefusesLinesThatMakeNoSense) {
  const auto& shop = sample_shop();
  const auto& track = shop.track(kPlenty);

  EXPECT_THAT(reserve(shop.order(0), {}), BreaksRule("warehouse.bad_lines"));
  EXPECT_THAT(reserve(shop.order(0), {{track, 1}, {track, 1}}), BreaksRule("warehouse.bad_lines"));
  EXPECT_THAT(reserve(shop.order(0), {{track, 0}}), BreaksRule("warehouse.bad_quantity"));
  EXPECT_THAT(reserve(shop.order(0), {{track, 1'001}}), BreaksRule("warehouse.bad_quantity"));
}

TEST_P(WarehousePortContract, SellsWhatWasHeldOnce) {
  const auto& shop = sample_shop();
  ASSERT_THAT(reserve(shop.order(0), {{shop.track(kFive), 2}}), Succeeds());

  for (int again = 0; again < 2; ++again) {
    const auto sold = warehouse().handle(ConfirmReservation{shop.order(0)}, any_context());
    ASSERT_THAT(sold, Succeeds());
    EXPECT_EQ(sold->state, ReservationState::Confirmed);
  }
  EXPECT_EQ(stock_of(shop.track(kFive)), level(kFive, 3, 0));
  EXPECT_THAT(warehouse().handle(ReleaseReservation{shop.order(0)}, any_context()),
              BreaksRule("warehouse.reservation_confirmed"));
}

TEST_P(WarehousePortContract, GivesBackWhatWasHeldOnce) {
  const auto& shop = sample_shop();
  ASSERT_THAT(reserve(shop.order(0), {{shop.track(kFive), 2}}), Succeeds());

  for (int again = 0; again < 2; ++again) {
    const auto released = warehouse().handle(ReleaseReservation{shop.order(0)}, any_context());
    ASSERT_THAT(released, Succeeds());
    EXPECT_EQ(released->state, ReservationState::Released);
  }
  EXPECT_EQ(stock_of(shop.track(kFive)), level(kFive, 5, 0));
  EXPECT_THAT(warehouse().handle(ConfirmReservation{shop.order(0)}, any_context()),
              BreaksRule("warehouse.reservation_released"));
}

TEST_P(WarehousePortContract, HoldsNothingForAnOrderThatWasGivenUpBefore) {
  const auto& shop = sample_shop();
  ASSERT_THAT(warehouse().handle(ReleaseReservation{shop.order(0)}, any_context()), Succeeds());

  EXPECT_THAT(reserve(shop.order(0), {{shop.track(kFive), 2}}),
              BreaksRule("warehouse.reservation_released"));
  EXPECT_EQ(stock_of(shop.track(kFive)), level(kFive, 5, 0));
}

TEST_P(WarehousePortContract, TellsWhatIsHeldForAnOrder) {
  const auto& shop = sample_shop();
  EXPECT_THAT(warehouse().handle(GetReservation{shop.order(0)}, any_context()),
              BreaksRule("warehouse.unknown_reservation"));
  EXPECT_THAT(warehouse().handle(ConfirmReservation{shop.order(0)}, any_context()),
              BreaksRule("warehouse.unknown_reservation"));
  const auto held = reserve(shop.order(0), {{shop.track(kPlenty), 1}});
  ASSERT_THAT(held, Succeeds());

  const auto found = warehouse().handle(GetReservation{shop.order(0)}, any_context());
  ASSERT_THAT(found, Succeeds());
  EXPECT_EQ(*found, *held);
}

TEST_P(WarehousePortContract, NeverHoldsMoreThanIsThereHoweverManyAskAtOnce) {
  const auto& shop = sample_shop();
  constexpr std::size_t kBuyers = 12;
  std::atomic<int> held = 0;
  std::atomic<int> refused = 0;
  std::vector<std::jthread> buyers;
  for (std::size_t i = 0; i < kBuyers; ++i) {
    buyers.emplace_back([&, i] {
      const auto answer = reserve(shop.order(i), {{shop.track(kFive), 1}});
      if (answer) ++held;
      if (!answer && answer.error().rule == "warehouse.out_of_stock") ++refused;
    });
  }
  buyers.clear();

  EXPECT_EQ(held, 5);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(stock_of(shop.track(kFive)), level(kFive, 5, 5));
}

ReserveStock some_reservation() {
  return {sample_shop().order(0), {{sample_shop().track(kFive), 2}}};
}

TEST_P(WarehousePortContract, KeepsTheLawsOfParticipantsDoTwiceIsDoOnce) {
  expect_twice_is_once(asking(warehouse(), some_reservation()),
                       [&] { return stock_of(sample_shop().track(kFive)); });
}

TEST_P(WarehousePortContract, KeepsTheLawsOfParticipantsUndoneForGood) {
  expect_undone_for_good(asking(warehouse(), some_reservation()),
                         asking(warehouse(), ReleaseReservation{sample_shop().order(0)}),
                         [&] { return stock_of(sample_shop().track(kFive)); });
}

TEST_P(WarehousePortContract, KeepsTheLawsOfParticipantsUndoBeforeDoIsNever) {
  expect_undo_first_is_never_do(asking(warehouse(), some_reservation()),
                                asking(warehouse(), ReleaseReservation{sample_shop().order(0)}),
                                [&] { return stock_of(sample_shop().track(kFive)); });
}

TEST_P(WarehousePortContract, KeepsTheLawsOfParticipantsSellTwiceIsSellOnce) {
  ASSERT_THAT(warehouse().handle(some_reservation(), keyed("k")), Succeeds());
  expect_twice_is_once(asking(warehouse(), ConfirmReservation{sample_shop().order(0)}),
                       [&] { return stock_of(sample_shop().track(kFive)); });
}

TEST_P(WarehousePortContract, PutsWhatIsReturnedOnTheShelfOnce) {
  const auto& order = sample_shop().order(0);
  ASSERT_THAT(warehouse().handle(some_reservation(), keyed("k")), Succeeds());
  EXPECT_THAT(warehouse().handle(ReturnStock{order}, any_context()),
              BreaksRule("warehouse.not_sold"));
  ASSERT_THAT(warehouse().handle(ConfirmReservation{order}, any_context()), Succeeds());
  ASSERT_EQ(stock_of(sample_shop().track(kFive)), level(kFive, 3, 0));

  expect_twice_is_once(asking(warehouse(), ReturnStock{order}),
                       [&] { return stock_of(sample_shop().track(kFive)); });
  EXPECT_EQ(stock_of(sample_shop().track(kFive)), level(kFive, 5, 0));
  const auto found = warehouse().handle(GetReservation{order}, any_context());
  ASSERT_THAT(found, Succeeds());
  EXPECT_EQ(found->state, ReservationState::Returned);
  // What was sold stays sold, for whoever asks late.
  EXPECT_THAT(warehouse().handle(ConfirmReservation{order}, any_context()), Succeeds());
  EXPECT_THAT(warehouse().handle(ReleaseReservation{order}, any_context()),
              BreaksRule("warehouse.reservation_confirmed"));
  EXPECT_EQ(stock_of(sample_shop().track(kFive)), level(kFive, 5, 0));
  EXPECT_THAT(warehouse().handle(ReturnStock{no_such_order()}, any_context()),
              BreaksRule("warehouse.unknown_reservation"));
}

}  // namespace
}  // namespace banyan::contract
