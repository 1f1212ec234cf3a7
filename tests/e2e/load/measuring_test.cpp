// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <latch>
#include <mutex>
#include <vector>

#include "banyan/kernel/random.hpp"
#include "load/arrivals.hpp"
#include "load/histogram.hpp"
#include "load/ledger.hpp"
#include "load/oracle.hpp"
#include "load/rules.hpp"
#include "load/shop_api.hpp"
#include "load/zipf.hpp"

namespace recordshop::load {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(AnswerOfTheShop, IsAskedForAgainWhileItsRequestIsStillBeingCarriedOut) {
  EXPECT_TRUE((Answer{409, R"({"rule":"banyan.command_running"})", {}}.worth_a_retry()));
  EXPECT_FALSE((Answer{409, R"({"rule":"orders.out_of_stock"})", {}}.worth_a_retry()));
  EXPECT_FALSE((Answer{409, "not a problem document", {}}.worth_a_retry()));
}

TEST(Histogram, SaysPercentilesOnASixtyFourthAndNeverTooShort) {
  banyan::SeededRandom random(7);
  std::vector<std::int64_t> all;
  Histogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    // Over ten powers of two, as latencies are.
    const auto value = static_cast<std::int64_t>((random.next() % 1'000) << (random.next() % 10));
    all.push_back(value);
    histogram.record(microseconds(value));
  }
  std::ranges::sort(all);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto at = static_cast<std::size_t>(std::ceil(share * 20'000)) - 1;
    EXPECT_GE(histogram.percentile(share).count(), all[at]) << share;
    EXPECT_LE(histogram.percentile(share).count(), all[at] + all[at] / 64) << share;
  }
  EXPECT_EQ(histogram.longest().count(), all.back());
}

TEST(Histogram, IsTheSumOfWhatItIsMergedFrom) {
  Histogram left;
  Histogram right;
  EXPECT_EQ(left.percentile(0.5), 0us);
  left.record(10us);
  right.record(3h);
  right.record(20us);
  left.merge(right);
  EXPECT_EQ(left.count(), 3U);
  EXPECT_EQ(left.percentile(0.5), 20us);
  EXPECT_EQ(left.longest(), microseconds(3h));
}

TEST(Histogram, HasWhatCameAfterAMoment) {
  Histogram before;
  before.record(10us);
  before.record(3h);
  Histogram now = before;
  EXPECT_EQ(now.since(before).count(), 0U);
  EXPECT_EQ(now.since(before).longest(), 0us);
  now.record(10us);
  now.record(1'000us);
  const Histogram rest = now.since(before);
  EXPECT_EQ(rest.count(), 2U);
  EXPECT_EQ(rest.percentile(0.5), 10us);
  EXPECT_GE(rest.longest(), 1'000us);
  EXPECT_LE(rest.longest(), 1'016us) << "the longest of before is not its";
}

TEST(Zipf, WantsTheFirstTwiceAsOftenAsTheSecond) {
  const Zipf zipf(1'000, 1.0);
  banyan::SeededRandom random(1);
  std::vector<double> counts(1'000);
  for (int i = 0; i < 200'000; ++i) ++counts[zipf.rank(random.next())];
  EXPECT_NEAR(counts[0] / counts[1], 2, 0.15);
  EXPECT_NEAR(counts[0] / counts[9], 10, 1.5);
  EXPECT_EQ(zipf.rank(0), 0U);
  EXPECT_EQ(zipf.rank(~0ULL), 999U);
}

TEST(Ledger, KnowsTheStepsThatAnOrderMayTake) {
  EXPECT_TRUE(may_follow("placed", "confirmed"));
  EXPECT_TRUE(may_follow("placed", "cancelled"));
  EXPECT_TRUE(may_follow("confirmed", "returned"));
  EXPECT_FALSE(may_follow("confirmed", "placed"));
  EXPECT_FALSE(may_follow("confirmed", "cancelled"));
  EXPECT_FALSE(may_follow("cancelled", "confirmed"));
  Ledger ledger;
  ledger.seen("ord_1", "placed");
  ledger.seen("ord_1", "confirmed");
  EXPECT_THAT(ledger.contradictions(), IsEmpty());
  ledger.seen("ord_1", "placed");
  ledger.seen("ord_2", "lost");
  EXPECT_THAT(ledger.contradictions(), ElementsAre("ord_1 was confirmed, and then placed",
                                                   "ord_2 is in a state that no order has: lost"));
}

TEST(TheOracle, KnowsAnOrderAgainThatWasAskedForAgain) {
  const nlohmann::json paid = {{"state", "paid"}}, cancelled = {{"state", "cancelled"}};
  const Answer same{200, R"({"id": "ord_1"})", {}}, other{200, R"({"id": "ord_2"})", {}};
  EXPECT_TRUE(is_same_order("ord_1", paid, same));
  EXPECT_FALSE(is_same_order("ord_1", paid, other));
  // Accepted while the warehouse was away, which had none left when it came back.
  const Answer refused{
      422, R"({"detail": "order ord_1 was cancelled, not all of it is in stock"})", {}};
  EXPECT_TRUE(is_same_order("ord_1", cancelled, refused));
  EXPECT_FALSE(is_same_order("ord_1", paid, refused));
  EXPECT_FALSE(is_same_order("ord_2", cancelled, refused));
  EXPECT_FALSE(is_same_order("ord_1", nlohmann::json(), refused));
  const Answer unknown{404, R"({"detail": "order ord_1 is gone"})", {}};
  EXPECT_FALSE(is_same_order("ord_1", cancelled, unknown));
}

nlohmann::json order_in(const std::string& state) {
  const nlohmann::json line = {
      {"track", "trk_1"}, {"quantity", 3}, {"unit_price", {{"minor_units", 99}}}};
  return {{"id", "ord_1"},
          {"state", state},
          {"fulfilment", "done"},
          {"payment_method", "card"},
          {"lines", nlohmann::json::array({line})},
          {"tax_rate", 1900},
          {"tax", {{"minor_units", 56}}},
          {"total", {{"minor_units", 353}}}};
}

Answer in_state(const std::string& state, std::int64_t refunded = 0) {
  const nlohmann::json body = {
      {"state", state}, {"amount", {{"minor_units", 353}}}, {"refunded", refunded}};
  return {200, body.dump(), {}};
}

const Answer kNone{404, R"({"rule": "payments.unknown_payment"})", {}};

TEST(TheOracle, SeesTaxThatIsForgottenOrWrong) {
  EXPECT_EQ(trouble_with_total(order_in("paid")), "");
  nlohmann::json untaxed = order_in("paid");
  untaxed.erase("tax_rate");
  untaxed.erase("tax");
  untaxed["total"]["minor_units"] = 297;
  EXPECT_EQ(trouble_with_total(untaxed), "") << "of a shop before taxes";

  nlohmann::json forgotten = order_in("paid");
  forgotten["total"]["minor_units"] = 297;
  EXPECT_NE(trouble_with_total(forgotten), "");
  forgotten["tax"]["minor_units"] = 0;
  EXPECT_NE(trouble_with_total(forgotten), "");
  nlohmann::json rounded_down = order_in("paid");
  rounded_down["tax"]["minor_units"] = 55;
  rounded_down["total"]["minor_units"] = 352;
  EXPECT_NE(trouble_with_total(rounded_down), "") << "56.43 and not 55";
}

TEST(TheOracle, WantsTheMoneyOfWhatIsSoldAndNothingElse) {
  for (const char* sold : {"paid", "shipped", "delivered"}) {
    EXPECT_EQ(trouble_with_payment(order_in(sold), in_state("captured")), "");
    EXPECT_NE(trouble_with_payment(order_in(sold), in_state("captured", 1)), "");
    EXPECT_NE(trouble_with_payment(order_in(sold), in_state("authorised")), "");
    EXPECT_NE(trouble_with_payment(order_in(sold), in_state("refunded", 353)), "");
    EXPECT_NE(trouble_with_payment(order_in(sold), kNone), "");
  }
}

TEST(TheOracle, SeesThatSomebodyPaysInAnotherWayThanChosen) {
  const AskedOrder by_card{
      .key = "k", .customer = "cus_1", .lines = {}, .payment_method = "card", .id = "ord_1"};
  AskedOrder on_invoice = by_card;
  on_invoice.payment_method = "invoice";
  AskedOrder silent = by_card;
  silent.payment_method = "";
  EXPECT_TRUE(is_paid_as_asked(by_card, order_in("paid")));
  EXPECT_TRUE(is_paid_as_asked(silent, order_in("paid")));
  EXPECT_FALSE(is_paid_as_asked(on_invoice, order_in("paid")));
  EXPECT_FALSE(is_paid_as_asked(by_card, {{"id", "ord_1"}})) << "of a shop that has forgotten it";

  for (const char* state : {"paid", "cancelled"}) {
    const char* payment = state == std::string("paid") ? "captured" : "voided";
    nlohmann::json body = in_state(payment).json();
    body["method"] = "card";
    EXPECT_EQ(trouble_with_payment(order_in(state), {200, body.dump(), {}}), "");
    body["method"] = "invoice";
    EXPECT_EQ(trouble_with_payment(order_in(state), {200, body.dump(), {}}),
              "ord_1 is to be paid by card, and its payment is by invoice");
  }
}

TEST(TheOracle, SeesAHoldThatIsLeftOfAnOrderThatIsNotSold) {
  for (const char* gone : {"declined", "voided", "refunded"}) {
    EXPECT_EQ(trouble_with_payment(order_in("cancelled"), in_state(gone)), "") << gone;
  }
  EXPECT_EQ(trouble_with_payment(order_in("cancelled"), kNone), "");
  for (const char* held : {"requested", "authorised", "captured"}) {
    EXPECT_NE(trouble_with_payment(order_in("cancelled"), in_state(held)), "") << held;
    EXPECT_NE(trouble_with_payment(order_in("returned"), in_state(held)), "") << held;
  }
  EXPECT_EQ(trouble_with_payment(order_in("returned"), in_state("refunded", 353)), "");
  EXPECT_NE(trouble_with_payment(order_in("returned"), in_state("voided")), "");
  EXPECT_NE(trouble_with_payment(order_in("returned"), kNone), "");
}

TEST(TheOracle, SeesMoneyGivenBackBeforeTheParcelIsHere) {
  EXPECT_EQ(trouble_with_consignment(order_in("returned"), in_state("returned")), "");
  for (const char* elsewhere : {"delivered", "returning", "in_transit", "cancelled"}) {
    EXPECT_NE(trouble_with_consignment(order_in("returned"), in_state(elsewhere)), "") << elsewhere;
  }
  EXPECT_NE(trouble_with_consignment(order_in("returned"), kNone), "");
}

TEST(TheOracle, SeesAParcelOfNoSaleAndASaleWithoutOne) {
  for (const char* sent : {"ordered", "booked", "in_transit", "delivered"}) {
    EXPECT_EQ(trouble_with_consignment(order_in("paid"), in_state(sent)), "") << sent;
    EXPECT_NE(trouble_with_consignment(order_in("cancelled"), in_state(sent)), "") << sent;
  }
  EXPECT_EQ(trouble_with_consignment(order_in("cancelled"), in_state("cancelled")), "");
  EXPECT_EQ(trouble_with_consignment(order_in("cancelled"), kNone), "");
  for (const char* lost : {"cancelled", "returning", "returned"}) {
    EXPECT_NE(trouble_with_consignment(order_in("delivered"), in_state(lost)), "") << lost;
  }
  EXPECT_NE(trouble_with_consignment(order_in("delivered"), kNone), "");
}

TEST(TheOracle, MissesADeliveryOfATrackThatHasNoRow) {
  const ToldDelivery first{
      .key = "k", .track = "trk_2", .quantity = 5, .acknowledged = true, .refused = false};
  const StockOfTracks before{{"trk_1", {10, 0, 10}}};
  const Orders orders{{"ord_1", order_in("paid")}};
  const StockOfTracks right{{"trk_1", {7, 0, 7}}, {"trk_2", {5, 0, 5}}};
  for (const Check& each : stock_agrees(before, right, {first}, orders)) {
    EXPECT_TRUE(each.holds) << each.evidence;
  }

  const auto lost = stock_agrees(before, {{"trk_1", {7, 0, 7}}}, {first}, orders);
  EXPECT_FALSE(lost.at(0).holds) << "the first delivery of a track";
  const auto gone = stock_agrees(before, {{"trk_2", {5, 0, 5}}}, {first}, orders);
  EXPECT_FALSE(gone.at(0).holds) << "a track that had copies";
}

TEST(Arrivals, TellALateStepWhenItWasMeantToBe) {
  Arrivals arrivals(1);
  std::latch both(2);
  std::vector<Arrivals::Clock::duration> late;
  const auto planned = Arrivals::Clock::now();
  for (int i = 0; i < 2; ++i) {
    arrivals.at(planned, [&](Arrivals::Clock::time_point intended) {
      EXPECT_EQ(intended, planned);
      late.push_back(Arrivals::Clock::now() - intended);
      // What holds the only thread.
      while (Arrivals::Clock::now() < planned + 30ms) std::this_thread::yield();
      both.count_down();
    });
  }
  both.wait();
  EXPECT_GE(late[1], 30ms) << "the waiting of the second is its own";
}

TEST(Arrivals, RunEachInItsTimeOnAllThreads) {
  Arrivals arrivals(3);
  std::latch together(3);
  const auto now = Arrivals::Clock::now();
  for (int i = 0; i < 3; ++i) {
    // Each waits for the others: one thread alone would hang.
    arrivals.at(now + 5ms, [&](Arrivals::Clock::time_point intended) {
      EXPECT_GE(Arrivals::Clock::now(), intended);
      together.arrive_and_wait();
    });
  }
  EXPECT_TRUE(arrivals.wait_until_idle(now + 60s));
  EXPECT_EQ(arrivals.unfinished(), 0U);
}

}  // namespace
}  // namespace recordshop::load
