// SPDX-License-Identifier: Apache-2.0
#include "domain/stock_reservation.hpp"

#include "contract/matchers.hpp"

namespace warehouse {
namespace {

template <class IdType>
IdType id(std::uint64_t number) {
  banyan::SeededRandom random(number);
  return IdType::make({1}, random);
}

const OrderId kOrder = id<OrderId>(1);
const std::vector<ReservationLine> kLines = {{id<TrackId>(1), 2}, {id<TrackId>(2), 1}};

TEST(StockReservation, IsConfirmedOnceAndForGood) {
  StockReservation reservation = StockReservation::held(kOrder, kLines);

  EXPECT_EQ(reservation.confirm().value(), true);
  EXPECT_EQ(reservation.confirm().value(), false);
  EXPECT_THAT(reservation.release(), BreaksRule("warehouse.reservation_confirmed"));
  EXPECT_EQ(reservation.data().state, ReservationState::Confirmed);
}

TEST(StockReservation, IsReleasedOnceAndForGood) {
  StockReservation reservation = StockReservation::held(kOrder, kLines);

  EXPECT_EQ(reservation.release().value(), true);
  EXPECT_EQ(reservation.release().value(), false);
  EXPECT_THAT(reservation.confirm(), BreaksRule("warehouse.reservation_released"));
  EXPECT_THAT(reservation.again(kLines), BreaksRule("warehouse.reservation_released"));
}

TEST(StockReservation, ThatWasRefusedStaysRefusedAndHasNothingToGiveBack) {
  StockReservation reservation = StockReservation::refused(kOrder, kLines);

  EXPECT_THAT(reservation.again(kLines), BreaksRule("warehouse.out_of_stock"));
  EXPECT_THAT(reservation.confirm(), BreaksRule("warehouse.reservation_released"));
  EXPECT_EQ(reservation.release().value(), false);
  EXPECT_EQ(reservation.data().state, ReservationState::Refused);
}

TEST(StockReservation, KnowsItsLinesInAnyOrder) {
  const StockReservation reservation = StockReservation::held(kOrder, kLines);

  EXPECT_THAT(reservation.again({kLines[1], kLines[0]}), Succeeds());
  EXPECT_THAT(reservation.again({kLines[0]}), BreaksRule("warehouse.reservation_differs"));
}

TEST(Lines, AreRefusedWithAllThatIsWrong) {
  const auto refused =
      check_lines({{id<TrackId>(1), 0}, {id<TrackId>(2), 1}, {id<TrackId>(3), -1}});

  ASSERT_THAT(refused, BreaksRule("warehouse.bad_quantity"));
  ASSERT_EQ(refused.error().details.size(), 2U);
  EXPECT_EQ(refused.error().details[1].where, "/lines/2/quantity");
}

TEST(OutOfStock, SaysHowMuchOfWhatIsMissing) {
  const banyan::Error error = out_of_stock(kOrder, {{1, 5, 2}});

  ASSERT_EQ(error.details.size(), 1U);
  EXPECT_EQ(error.details[0].where, "/lines/1/quantity");
  EXPECT_EQ(error.details[0].problem, "5 wanted, 2 available");
}

}  // namespace
}  // namespace warehouse
