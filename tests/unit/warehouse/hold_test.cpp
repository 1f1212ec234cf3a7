// SPDX-License-Identifier: Apache-2.0
#include "domain/hold.hpp"

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

TEST(Hold, IsConfirmedOnceAndForGood) {
  Hold hold = Hold::held(kOrder, kLines);

  EXPECT_EQ(hold.confirm().value(), true);
  EXPECT_EQ(hold.confirm().value(), false);
  EXPECT_THAT(hold.release(), BreaksRule("warehouse.reservation_confirmed"));
  EXPECT_EQ(hold.reservation().state, ReservationState::Confirmed);
}

TEST(Hold, IsReleasedOnceAndForGood) {
  Hold hold = Hold::held(kOrder, kLines);

  EXPECT_EQ(hold.release().value(), true);
  EXPECT_EQ(hold.release().value(), false);
  EXPECT_THAT(hold.confirm(), BreaksRule("warehouse.reservation_released"));
  EXPECT_THAT(hold.again(kLines), BreaksRule("warehouse.reservation_released"));
}

TEST(Hold, ThatWasRefusedStaysRefusedAndHasNothingToGiveBack) {
  Hold hold = Hold::refused(kOrder, kLines);

  EXPECT_THAT(hold.again(kLines), BreaksRule("warehouse.out_of_stock"));
  EXPECT_THAT(hold.confirm(), BreaksRule("warehouse.reservation_released"));
  EXPECT_EQ(hold.release().value(), false);
  EXPECT_EQ(hold.reservation().state, ReservationState::Refused);
}

TEST(Hold, KnowsItsLinesInAnyOrder) {
  const Hold hold = Hold::held(kOrder, kLines);

  EXPECT_THAT(hold.again({kLines[1], kLines[0]}), Succeeds());
  EXPECT_THAT(hold.again({kLines[0]}), BreaksRule("warehouse.reservation_differs"));
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
