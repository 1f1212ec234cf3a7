// SPDX-License-Identifier: Apache-2.0
// A parcel stays with the carrier that has it, whoever stands behind shipping::Carrier later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "application/attend.hpp"
#include "contract/matchers.hpp"
#include "contract/shipping/shipping_world.hpp"
#include "persistence/memory_shipping.hpp"

namespace shipping::testing {
namespace {

using banyan::contract::ShippingWorld;
using banyan::contract::TestCarrier;
using banyan::contract::Trouble;
using ::testing::HasSubstr;
using enum ConsignmentState;

/// One table of consignments, and processes that were started with this carrier or with that.
class CarrierOfAParcel : public ::testing::Test {
 protected:
  /// What one call of a process does in which `carrier` stands behind the module.
  template <class Call>
  auto process(Carrier& carrier, Call call) {
    CarrierPause pause(clock_, policy_);
    return call(UseCaseContext{*store_, customers_, carrier, pause, environment_, policy_});
  }
  void pay() {
    const payments::PaymentCaptured paid{
        payments::OrderId::parse(order_.str()).value(),
        payments::CustomerId::parse(ShippingWorld::customer().str()).value(),
        {1299, "EUR"},
        clock_.now()};
    ASSERT_THAT(process(bike_,
                        [&](const UseCaseContext& with) {
                          return begin_consignment(with, paid, context());
                        }),
                Succeeds());
  }
  void attended_by(Carrier& carrier, banyan::WorkObserver* told = nullptr) {
    process(carrier,
            [&](const UseCaseContext& with) { return attend(with, order_, context(), told); });
  }
  banyan::Result<ConsignmentDetails> cancelled_by(Carrier& carrier) {
    return process(carrier, [&](const UseCaseContext& with) {
      return cancel_consignment(with, {order_}, context());
    });
  }
  banyan::Result<ConsignmentDetails> sent_back_by(Carrier& carrier) {
    return process(carrier, [&](const UseCaseContext& with) {
      return announce_return(with, {order_}, context());
    });
  }
  Record stored() {
    return store_->read(context(), [&](ShippingReading& rows) { return rows.find(order_); })
        .value();
  }
  /// As a version before has written it.
  void forget_who_has_it() {
    Record record = stored();
    Consignment::Data data = record.consignment.data();
    data.carrier.reset();
    data.return_carrier.reset();
    ASSERT_THAT(store_->write(context(),
                              [&](ShippingWriting& rows) -> banyan::Result<void> {
                                rows.save({Consignment::stored(std::move(data)), record.turn});
                                return {};
                              }),
                Succeeds());
  }
  ConsignmentState state() { return stored().consignment.data().state; }
  banyan::Context context() {
    return banyan::Context::begin(std::chrono::seconds(20), clock_, random_);
  }

  const OrderId order_ = ShippingWorld::order(1);
  const CarrierPolicy policy_;
  banyan::ManualClock clock_{banyan::Timestamp{1'760'000'000'000'000},
                             banyan::system_clock().steady() + std::chrono::hours(1)};
  banyan::SeededRandom random_{42};
  banyan::contract::ScheduleByHand scheduler_;
  banyan::Environment environment_{clock_, random_, scheduler_};
  banyan::contract::EveryCustomer everybody_;
  banyan::Chain<customers::Customers, banyan::contract::AsksEveryCustomer> customers_{
      banyan::contract::AsksEveryCustomer(everybody_)};
  std::unique_ptr<ShippingStore> store_ = make_memory_shipping_store(clock_);
  TestCarrier bike_{"bike"};
  TestCarrier lorry_{"lorry"};
};

TEST_F(CarrierOfAParcel, IsTheOneThatIsToldToLeaveIt) {
  pay();
  attended_by(bike_);
  ASSERT_EQ(state(), Booked);
  EXPECT_EQ(stored().consignment.carrier_of(Leg::Outbound), "bike");

  const auto refused = cancelled_by(lorry_);
  ASSERT_THAT(refused, BreaksRule("shipping.other_carrier"));
  EXPECT_THAT(refused.error().message, HasSubstr("with bike"));
  EXPECT_EQ(state(), Booked) << "nobody has agreed";
  EXPECT_THAT(stored().turn.problem.value_or(""), HasSubstr("shipping.other_carrier"));
  EXPECT_EQ(lorry_.calls, 0);

  lorry_.other = &bike_;
  ASSERT_THAT(cancelled_by(lorry_), Succeeds());
  EXPECT_TRUE(bike_.parcels.at(order_.str()).is_cancelled);
}

TEST_F(CarrierOfAParcel, IsAskedWhereItIsAlsoWhenAnotherOneStandsThere) {
  pay();
  attended_by(bike_);
  bike_.happens(order_.str(), Sighting::Collected, clock_.now());
  attended_by(lorry_);
  EXPECT_EQ(state(), Booked);
  EXPECT_THAT(stored().turn.problem.value_or(""), HasSubstr("shipping.other_carrier"));

  lorry_.other = &bike_;
  attended_by(lorry_);
  EXPECT_EQ(state(), InTransit);
  EXPECT_EQ(stored().turn.problem, std::nullopt);
}

TEST_F(CarrierOfAParcel, IsMissedByTheBackgroundOfAProcessThatDoesNotReachIt) {
  banyan::test::ToldWork work;
  pay();
  attended_by(bike_, &work);
  attended_by(lorry_, &work);
  ASSERT_EQ(work.told().size(), 2U);
  EXPECT_FALSE(work.told().front().failed);
  EXPECT_TRUE(work.told().back().failed);
}

// Two hosts on one server: what the time of day is there is another thing on each.
TEST_F(CarrierOfAParcel, IsAskedLateByTheClockOfLeases) {
  banyan::test::ToldWork work;
  const banyan::ManualClock ahead(banyan::Timestamp{clock_.now().micros + 3'600'000'000},
                                  clock_.steady());
  const banyan::Environment elsewhere{ahead, random_, scheduler_};
  pay();
  clock_.advance(std::chrono::seconds(2));
  CarrierPause pause(ahead, policy_);
  attend({*store_, customers_, bike_, pause, elsewhere, policy_}, order_, context(), &work);
  ASSERT_EQ(work.told().size(), 1U);
  EXPECT_EQ(work.told().front().lag, std::chrono::seconds(2));
}

TEST_F(CarrierOfAParcel, IsTheOneWhoseAnswerWasLost) {
  pay();
  bike_.troubles[0] = Trouble::AnswerLost;
  attended_by(bike_);
  ASSERT_EQ(state(), Ordered);
  attended_by(lorry_);
  EXPECT_TRUE(lorry_.bookings.empty()) << "it would be sent twice";

  attended_by(bike_);
  EXPECT_EQ(state(), Booked);
  EXPECT_EQ(bike_.bookings.size(), 1U);
}

TEST_F(CarrierOfAParcel, IsAnotherOneOnceItHasRefused) {
  pay();
  bike_.refuses = true;
  attended_by(bike_);
  attended_by(lorry_);
  EXPECT_EQ(state(), Booked);
  EXPECT_EQ(stored().consignment.carrier_of(Leg::Outbound), "lorry");
}

TEST_F(CarrierOfAParcel, OfAVersionBeforeIsWhoeverHasGivenItsNumber) {
  pay();
  attended_by(bike_);
  ASSERT_EQ(state(), Booked);
  forget_who_has_it();

  const auto refused = cancelled_by(lorry_);
  ASSERT_THAT(refused, BreaksRule("shipping.other_carrier"));
  EXPECT_THAT(refused.error().message, HasSubstr("N1"));
  EXPECT_EQ(lorry_.calls, 0);

  lorry_.other = &bike_;
  ASSERT_THAT(cancelled_by(lorry_), Succeeds());
  EXPECT_TRUE(bike_.parcels.at(order_.str()).is_cancelled);
}

TEST_F(CarrierOfAParcel, IsNobodyWhileNobodyKnowsWhereItGoes) {
  pay();
  everybody_.is_unreachable = true;
  attended_by(bike_);
  EXPECT_EQ(bike_.calls, 0);
  EXPECT_EQ(stored().consignment.carrier_of(Leg::Outbound), std::nullopt);
  EXPECT_FALSE(stored().consignment.data().asked);

  everybody_.is_unreachable = false;
  attended_by(lorry_);
  EXPECT_EQ(state(), Booked);
  EXPECT_EQ(stored().consignment.carrier_of(Leg::Outbound), "lorry");
}

TEST_F(CarrierOfAParcel, OnItsWayBackIsTheOneThatFetchesIt) {
  pay();
  attended_by(bike_);
  bike_.happens(order_.str(), Sighting::Delivered, clock_.now());
  attended_by(bike_);
  ASSERT_EQ(state(), Delivered);
  ASSERT_THAT(sent_back_by(lorry_), Succeeds());
  attended_by(lorry_);
  EXPECT_EQ(stored().consignment.carrier_of(Leg::Return), "lorry");
  EXPECT_EQ(stored().consignment.carrier_of(Leg::Outbound), "bike");

  lorry_.happens(reference_of(order_, Leg::Return), Sighting::Delivered, clock_.now());
  attended_by(bike_);
  EXPECT_EQ(state(), Returning) << "the bike does not have it";
  attended_by(lorry_);
  EXPECT_EQ(state(), Returned);
}

}  // namespace
}  // namespace shipping::testing
