// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "banyan/kernel/context.hpp"

namespace banyan::strangler {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;

/// So many requests on each side, of which some fail.
Moment moment(std::uint64_t requests, std::uint64_t new_failures, std::uint64_t old_failures,
              Ending how = Ending::Failed) {
  Moment moment;
  for (std::uint64_t i = 0; i < requests; ++i) {
    moment.new_side.add(i < new_failures ? how : Ending::Good, microseconds(10'000));
    moment.control.add(i < old_failures ? Ending::Failed : Ending::Good, microseconds(10'000));
  }
  moment.old_side = moment.control;
  return moment;
}

const OperationVerdict& of(const std::vector<OperationVerdict>& verdicts, std::string_view name) {
  return *std::ranges::find(verdicts, name, &OperationVerdict::operation);
}

TEST(Judge, CannotTellOfAnOperationWithoutTrafficAndNamesIt) {
  Judge judge({"a.one", "a.two"});
  for (int i = 0; i < 400; ++i) judge.add("a.one", moment(100, 0, 0));
  const auto verdicts = judge.verdicts();
  EXPECT_EQ(of(verdicts, "a.one").judgement, Judgement::BetterOrEqual)
      << of(verdicts, "a.one").reason;
  EXPECT_EQ(of(verdicts, "a.two").judgement, Judgement::CannotTell);
  EXPECT_EQ(of(verdicts, "a.two").reason, "a.two: no request has been on the new side");
  EXPECT_EQ(overall(verdicts), Judgement::CannotTell);
}

TEST(Judge, SaysWhatIsWorseWithTheFigures) {
  Judge judge({"a.one"});
  for (int i = 0; i < 100; ++i) judge.add("a.one", moment(100, 0, 0));
  for (int i = 0; i < 40; ++i) judge.add("a.one", moment(100, 10, 0));
  const OperationVerdict verdict = judge.verdicts().front();
  EXPECT_EQ(verdict.judgement, Judgement::Worse);
  EXPECT_THAT(verdict.reason,
              HasSubstr("a.one: 400 of the last 14000 (2.86%) of the new side failed, 0 of the "
                        "last 14000 (0%) of the old one in the same time; that is no chance: "));
  EXPECT_THAT(verdict.reason, HasSubstr("the evidence that is needed"));
}

TEST(Judge, SaysHowMuchMoreHasToBeSeenUntilItCanTell) {
  Judge judge({"a.one"});
  for (int i = 0; i < 40; ++i) judge.add("a.one", moment(5, 0, 0));
  const OperationVerdict early = judge.verdicts().front();
  EXPECT_EQ(early.judgement, Judgement::CannotTell);
  EXPECT_THAT(early.reason, HasSubstr("how long 99 of 100 requests take at most on the old side is "
                                      "not known yet"))
      << "of all that lacks what lacks most";
  EXPECT_THAT(early.reason, HasSubstr("about 1800 more requests of its control group, 90 s as they "
                                      "come now"));
  ASSERT_TRUE(early.missing);
  EXPECT_EQ(early.missing->more, 1'800U) << "of 2,000, and 200 were seen";
  EXPECT_TRUE(early.missing->of_old_side);
  EXPECT_EQ(early.missing->time, std::chrono::seconds(90));
  const auto json = nlohmann::json::parse(to_json({early}))["operations"][0]["missing"];
  EXPECT_EQ(json["of"], "old_side");
  EXPECT_EQ(json["more"], 1'800);

  Moment failing = moment(100, 0, 0);
  for (int i = 0; i < 20; ++i) judge.add("a.one", failing);
  judge.begin_step(false);
  judge.add("a.one", failing);
  const OperationVerdict late = judge.verdicts().front();
  ASSERT_EQ(late.judgement, Judgement::CannotTell);
  EXPECT_THAT(late.reason, HasSubstr(" % of the evidence that is needed, about "));
  ASSERT_TRUE(late.missing);
  const std::uint64_t forecast = *late.missing->more;
  std::uint64_t came = 0;
  for (; judge.verdicts().front().judgement == Judgement::CannotTell && came < 100'000; came += 100)
    judge.add("a.one", failing);
  EXPECT_GT(came * 2, forecast) << "it is a forecast, and no promise";
  EXPECT_LT(came, forecast * 2 + 200);
}

TEST(Judge, ForeseesNoMoreThanAMonth) {
  JudgeRules rules;
  rules.tick = std::chrono::hours(8);
  Judge judge({"a.one"}, rules);
  for (int i = 0; i < 40; ++i) judge.add("a.one", moment(5, 0, 0));
  const OperationVerdict verdict = judge.verdicts().front();
  ASSERT_EQ(verdict.judgement, Judgement::CannotTell);
  EXPECT_THAT(verdict.reason, HasSubstr(", more than a month as they come now"));
  EXPECT_THAT(verdict.reason, testing::Not(HasSubstr("about"))) << "it would only look exact";
}

TEST(Judge, CountsFailuresOfTheSameRequestsThatItCallsSamples) {
  Judge judge({"a.one"});
  judge.begin_step(false);
  for (int i = 0; i < 1'000; ++i) judge.add("a.one", moment(10, 1, 0));
  const OperationVerdict verdict = judge.verdicts().front();
  EXPECT_EQ(verdict.samples, 10'000U);
  EXPECT_EQ(verdict.failed, (statistics::Tally{1'000, 10'000})) << "not only of the last minute";
  EXPECT_EQ(verdict.failed_old, (statistics::Tally{0, 10'000}));
}

TEST(Judge, TakesAFallbackForAFailureOfTheNewSide) {
  Judge judge({"a.one"});
  for (int i = 0; i < 40; ++i) judge.add("a.one", moment(100, 20, 0, Ending::FellBack));
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::Worse);
}

TEST(Judge, DoesNotBlameTheNewSideForWhatBothSuffer) {
  Judge judge({"a.one"});
  for (int i = 0; i < 100; ++i) judge.add("a.one", moment(100, 0, 0));
  for (int i = 0; i < 100; ++i) judge.add("a.one", moment(100, 50, 50));
  EXPECT_NE(judge.verdicts().front().judgement, Judgement::Worse);
}

TEST(Judge, IsNotTheMoreCertainForTinyFailuresOverDays) {
  Judge judge({"a.one"});
  for (int i = 0; i < 40'000; ++i)
    judge.add("a.one", moment(20, i % 500 == 0 ? 1 : 0, i % 500 == 1 ? 1 : 0));
  EXPECT_NE(judge.verdicts().front().judgement, Judgement::Worse);
}

TEST(Judge, HoldsDifferencesOfAnswersToAShare) {
  Judge judge({"a.one"});
  Moment same = moment(100, 0, 0);
  same.new_side.compared = 100;
  for (int i = 0; i < 400; ++i) judge.add("a.one", same);
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::BetterOrEqual)
      << judge.verdicts().front().reason;
  Moment other = same;
  other.new_side.differences = 5;
  for (int i = 0; i < 40; ++i) judge.add("a.one", other);
  EXPECT_THAT(judge.verdicts().front().reason, HasSubstr("answered otherwise than the old side"));
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::Worse);
}

TEST(Judge, AsksForComparisonsWhereTheyAreNeeded) {
  Judge judge({"a.one"}, {.compared = 500});
  for (int i = 0; i < 400; ++i) judge.add("a.one", moment(100, 0, 0));
  EXPECT_EQ(judge.verdicts().front().reason, "a.one: 0 answers were compared, and 500 are needed");
}

TEST(Judge, BeginsTheAllClearAnewWithEachStepButKeepsWhatSpeaksAgainst) {
  Judge judge({"a.one", "a.two"});
  for (int i = 0; i < 400; ++i) judge.add("a.one", moment(100, 0, 0));
  for (int i = 0; i < 40; ++i) judge.add("a.two", moment(100, 20, 0));
  judge.begin_step(false);
  const auto verdicts = judge.verdicts();
  EXPECT_EQ(of(verdicts, "a.one").judgement, Judgement::CannotTell);
  EXPECT_EQ(of(verdicts, "a.one").samples, 0U);
  EXPECT_EQ(of(verdicts, "a.two").judgement, Judgement::Worse);
}

TEST(Judge, HoldsTheNewSideToWhatTheOldOneWasLikeWhenAllHasMoved) {
  Judge judge({"a.one"});
  for (int i = 0; i < 400; ++i) judge.add("a.one", moment(100, 0, 0));
  judge.begin_step(true);
  const auto alone = [](std::uint64_t failures) {
    Moment all = moment(200, failures, 0);
    all.control = all.old_side = {};
    return all;
  };
  for (int i = 0; i < 400; ++i) judge.add("a.one", alone(0));
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::BetterOrEqual)
      << judge.verdicts().front().reason;
  for (int i = 0; i < 40; ++i) judge.add("a.one", alone(10));
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::Worse);
  EXPECT_THAT(
      judge.verdicts().front().reason,
      HasSubstr("of the old one before all had moved; nobody is left there to compare with"));
}

/// All of it on the new side.
Moment moved(std::uint64_t requests, microseconds took) {
  Moment moment;
  for (std::uint64_t i = 0; i < requests; ++i) moment.new_side.add(Ending::Good, took);
  return moment;
}

// The machine has become busier, or the side cannot bear all: who has moved has nobody to ask.
TEST(Judge, CannotTellASlowSideFromABusyDayWhenAllHasMovedAndIsSureAgainAfterwards) {
  Judge judge({"a.one"});
  const auto verdict = [&] { return judge.verdicts().front(); };
  for (int i = 0; i < 400; ++i) judge.add("a.one", moment(100, 0, 0));
  judge.begin_step(true);
  for (int i = 0; i < 100; ++i) judge.add("a.one", moved(200, microseconds(20'000)));
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell) << verdict().reason;
  EXPECT_THAT(verdict().reason, HasSubstr("of the old one before all had moved; nobody is left "
                                          "there to tell a slow side from a busy day"));
  const auto json = nlohmann::json::parse(to_json(judge.verdicts()));
  EXPECT_EQ(json["operations"][0]["findings"].back()["held_to"], "before");
  for (int i = 0; i < 100; ++i) judge.add("a.one", moved(200, microseconds(10'000)));
  EXPECT_EQ(verdict().judgement, Judgement::BetterOrEqual) << verdict().reason;
}

TEST(Judge, HoldsNothingOfTimesAgainstTheNewSideThatItSawWhileItWasAlone) {
  Judge judge({"a.one"});
  for (int i = 0; i < 400; ++i) judge.add("a.one", moment(100, 0, 0));
  judge.begin_step(true);
  for (int i = 0; i < 100; ++i) judge.add("a.one", moved(200, microseconds(20'000)));
  judge.begin_step(false);
  for (int i = 0; i < 400; ++i) judge.add("a.one", moment(100, 0, 0));
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::BetterOrEqual)
      << judge.verdicts().front().reason;
}

TEST(Judge, GoesOnFromWhatAnotherHasSeen) {
  Judge before({"a.one", "a.two"});
  for (int i = 0; i < 400; ++i) before.add("a.one", moment(100, 0, 0));
  for (int i = 0; i < 40; ++i) before.add("a.two", moment(100, 20, 0));
  Judge judge({"a.one", "a.three", "a.two"});
  judge.begin_step(false);
  ASSERT_TRUE(judge.go_on(before.kept(), Judge::Memory::All));
  const auto verdicts = judge.verdicts();
  EXPECT_EQ(of(verdicts, "a.one").judgement, Judgement::BetterOrEqual)
      << of(verdicts, "a.one").reason;
  EXPECT_EQ(of(verdicts, "a.one").samples, 40'000U);
  EXPECT_EQ(of(verdicts, "a.two").judgement, Judgement::Worse);
  EXPECT_EQ(of(verdicts, "a.three").samples, 0U);
}

TEST(Judge, GoesOnFromWhatIsUsualAndHasSeenNothingOfTheStep) {
  Judge before({"a.one"});
  for (int i = 0; i < 400; ++i) before.add("a.one", moment(100, 0, 0));
  Judge judge({"a.one"});
  judge.begin_step(true);
  ASSERT_TRUE(judge.go_on(before.kept(), Judge::Memory::Usual));
  EXPECT_EQ(judge.verdicts().front().samples, 0U);
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::CannotTell);
  for (int i = 0; i < 400; ++i) judge.add("a.one", moved(100, microseconds(10'000)));
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::BetterOrEqual)
      << judge.verdicts().front().reason << ": nobody could learn it any more";
}

// It alone reaches the broken instance, and takes over from one that has seen thousands of others.
TEST(Judge, ForgetsNoSideThatItHasSeenFailingWhenItGoesOnFromAnother) {
  Judge before({"a.one"});
  for (int i = 0; i < 400; ++i) before.add("a.one", moment(100, 0, 0));
  for (const auto what : {Judge::Memory::All, Judge::Memory::Usual}) {
    Judge judge({"a.one"});
    judge.begin_step(false);
    const auto against = [&] {
      const OperationVerdict verdict = judge.verdicts().front();
      return verdict.findings.front().evidence_worse;
    };
    for (int i = 0; i < 100 && against() < 4; ++i) judge.add("a.one", moment(1, 1, 0));
    const double seen = against();
    ASSERT_GE(seen, 4);
    ASSERT_NE(judge.verdicts().front().judgement, Judgement::Worse) << "a few more are needed";
    ASSERT_TRUE(judge.go_on(before.kept(), what));
    EXPECT_GE(against(), seen - 0.001);
    for (int i = 0; i < 8; ++i) judge.add("a.one", moment(1, 1, 0));
    EXPECT_EQ(judge.verdicts().front().judgement, Judgement::Worse)
        << judge.verdicts().front().reason;
  }
}

TEST(Judge, TakesNothingOfWhatItCannotRead) {
  Judge judge({"a.one"});
  for (int i = 0; i < 400; ++i) judge.add("a.one", moment(100, 0, 0));
  const std::string kept = judge.kept();
  EXPECT_FALSE(judge.go_on("", Judge::Memory::All));
  EXPECT_FALSE(judge.go_on("{}", Judge::Memory::All));
  EXPECT_FALSE(judge.go_on(R"([{"operation":"a.one","samples":-1}])", Judge::Memory::All));
  EXPECT_FALSE(judge.go_on(kept.substr(0, kept.size() / 2), Judge::Memory::All));
  EXPECT_EQ(judge.kept(), kept);
}

TEST(Judge, WeighsConsumersOfEventsLikewise) {
  Judge judge({"shipping.order_paid"});
  statistics::LatencyHistogram lag;
  lag.add(microseconds(3'000), 100);
  statistics::LatencyHistogram late;
  late.add(microseconds(3'000'000), 100);
  const Window good = Window::of_consumer(100, 0, lag);
  for (int i = 0; i < 100; ++i) judge.add("shipping.order_paid", {good, good, good});
  EXPECT_NE(judge.verdicts().front().judgement, Judgement::Worse);
  const Window lagging = Window::of_consumer(100, 0, late);
  for (int i = 0; i < 40; ++i) judge.add("shipping.order_paid", {lagging, good, good});
  EXPECT_THAT(judge.verdicts().front().reason, HasSubstr("took longer than the usual median"));
}

/// Writes on the old side alone, or on the new one.
Moment writes(std::uint64_t requests, std::uint64_t failures, Side side,
              microseconds took = microseconds(10'000)) {
  Moment moment;
  Window& window = side == Side::Remote ? moment.new_side : moment.control;
  for (std::uint64_t i = 0; i < requests; ++i) {
    window.add(i < failures ? Ending::Failed : Ending::Good, took);
  }
  moment.old_side = moment.control;
  return moment;
}

class TheJudgeOfWrites : public testing::Test {
 protected:
  void add(int times, const Moment& moment) {
    for (int i = 0; i < times; ++i) judge_.add("a.write", moment);
  }
  OperationVerdict verdict() const { return judge_.verdicts().front(); }

  Judge judge_{{{"a.write", Effect::Write}}};
};

TEST_F(TheJudgeOfWrites, LearnsWhatIsUsualWhileTheyAreOnTheOldSideAndTellsNothingOfIt) {
  add(100, writes(50, 1, Side::Local));
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_EQ(verdict().before, 5'000U);
  EXPECT_EQ(verdict().reason,
            "a.write: its writes are on the old side, where 5000 of them were seen");
  EXPECT_EQ(overall({verdict()}), Judgement::BetterOrEqual) << "nothing is to be shown of it yet";
}

TEST_F(TheJudgeOfWrites, HoldsTheNewSideToWhatTheOldOneWasLike) {
  add(100, writes(50, 1, Side::Local));  // two of a hundred fail, as ever
  judge_.begin_step(true);
  add(300, writes(50, 1, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::BetterOrEqual) << verdict().reason;
  add(200, writes(50, 5, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_THAT(verdict().reason, HasSubstr("of the new side failed, 100 of 5000 (2%) of the old one "
                                          "before;"));
}

TEST_F(TheJudgeOfWrites, CannotTellASlowSideFromABusyDayWhenTheyTakeLongerThanTheyDid) {
  add(100, writes(50, 0, Side::Local));
  judge_.begin_step(true);
  add(100, writes(50, 0, Side::Remote, microseconds(60'000)));
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell) << verdict().reason;
  EXPECT_THAT(verdict().reason, HasSubstr("took longer than the usual median"));
  EXPECT_THAT(verdict().reason, HasSubstr("of the old one before they moved; nobody is left there "
                                          "to tell a slow side from a busy day"));
  EXPECT_FALSE(verdict().far_slower) << "less than a minute";
  add(200, writes(50, 0, Side::Remote, microseconds(60'000)));
  EXPECT_TRUE(verdict().far_slower);
}

TEST_F(TheJudgeOfWrites, SaysWhatItCouldNotJudgeForWantOfWritesBefore) {
  add(15, writes(10, 0, Side::Local));
  judge_.begin_step(true);
  add(400, writes(10, 0, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::BetterOrEqual) << verdict().reason;
  EXPECT_THAT(verdict().reason, HasSubstr("; not judged for want of writes before they moved: "
                                          "latency_p90, latency_p99"));
}

TEST_F(TheJudgeOfWrites, ForgetsWhatWasWorseAndKeepsWhatIsUsualWhenItIsForgiven) {
  add(100, writes(50, 1, Side::Local));
  judge_.begin_step(true);
  add(100, writes(50, 20, Side::Remote));
  ASSERT_EQ(verdict().judgement, Judgement::Worse);
  judge_.begin_step(true);
  judge_.forgive();
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  add(300, writes(50, 1, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::BetterOrEqual) << verdict().reason;
  add(100, writes(50, 20, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
}

class TheJudgeOfLanes : public testing::Test {
 protected:
  void add(int times, const Moment& moment) {
    for (int i = 0; i < times; ++i) judge_.add("events of payments", moment);
  }
  OperationVerdict verdict() const { return judge_.verdicts().front(); }
  static OperationVerdict good() {
    OperationVerdict verdict;
    verdict.operation = "shipping.get";
    verdict.judgement = Judgement::BetterOrEqual;
    verdict.samples = 5'000;
    return verdict;
  }

  Judge judge_{{JudgedOperation::lane_from("payments")}, JudgeRules::of_work()};
};

TEST_F(TheJudgeOfLanes, SaysHowItHasComparedWhenAConsumerFailsMoreSinceItsMove) {
  add(100, writes(50, 1, Side::Local));
  EXPECT_EQ(verdict().reason,
            "events of payments: none was handled elsewhere, and 5000 in this process");
  EXPECT_EQ(overall({verdict()}), Judgement::CannotTell);
  EXPECT_EQ(overall({verdict(), good()}), Judgement::BetterOrEqual) << "of what the switch moves";
  add(40, writes(50, 10, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_THAT(verdict().reason, HasSubstr("of the new side failed, 100 of 5000 (2%) of the old one "
                                          "before;"));
  EXPECT_THAT(verdict().reason, HasSubstr("; before and after, not side by side"));
  EXPECT_EQ(overall({verdict(), good()}), Judgement::Worse);
  const auto json = nlohmann::json::parse(to_json({verdict()}));
  EXPECT_EQ(json["operations"][0]["counted"], "events");
  EXPECT_EQ(json["operations"][0]["samples_before"], 5'000);
}

TEST_F(TheJudgeOfLanes, FindsOneThatIsLikeItWasNoWorse) {
  add(100, writes(50, 1, Side::Local));
  add(800, writes(50, 1, Side::Remote, microseconds(60'000)));
  EXPECT_EQ(verdict().judgement, Judgement::BetterOrEqual)
      << verdict().reason << ": nobody waits for an event, so that 50 ms more are nothing";
  EXPECT_THAT(verdict().reason, HasSubstr("events; before and after, not side by side"));
}

TEST_F(TheJudgeOfLanes, FindsThatItLags) {
  add(100, writes(50, 0, Side::Local));
  add(100, writes(50, 0, Side::Remote, microseconds(3'000'000)));
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_THAT(verdict().reason, HasSubstr("took longer than the usual median"));
}

TEST_F(TheJudgeOfLanes, CannotTellWithoutKnowingWhatWasUsualHoweverBadItIs) {
  add(3, writes(50, 0, Side::Local));
  add(100, writes(50, 50, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_EQ(verdict().reason,
            "events of payments: 150 of them were seen before they were handled elsewhere, and 200 "
            "are needed to know what is usual; before and after, not side by side");
  EXPECT_EQ(overall({verdict(), good()}), Judgement::BetterOrEqual);
}

// It has always refused one in ten, which is learnt when it is home again.
TEST_F(TheJudgeOfLanes, HoldsNothingAgainstThemThatItSawBeforeItKnewWhatWasUsual) {
  add(3, writes(50, 5, Side::Local));
  add(100, writes(50, 5, Side::Remote));
  add(1, writes(50, 5, Side::Local));
  EXPECT_EQ(verdict().before, 200U);
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell) << verdict().reason;
}

TEST_F(TheJudgeOfLanes, CannotTellOnceTheyAreHandledHereAgain) {
  add(100, writes(50, 1, Side::Local));
  add(40, writes(50, 10, Side::Remote));
  add(3, writes(50, 1, Side::Local));
  EXPECT_EQ(verdict().judgement, Judgement::Worse) << "both ways may be in use for a while";
  add(1, writes(50, 1, Side::Local));
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_EQ(verdict().reason,
            "events of payments: none was handled elsewhere since they are handled here again, and "
            "5200 in this process");
  add(40, writes(50, 10, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::Worse) << "what is usual is known still";
}

TEST_F(TheJudgeOfLanes, CannotTellAfterAFewEvents) {
  add(100, writes(50, 0, Side::Local));
  add(1, writes(20, 0, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_THAT(verdict().reason, HasSubstr("which is too little to tell"));
}

TEST(Judge, HoldsAWorkerToWhatItWasLikeAndNamesItsUnits) {
  Judge judge({}, JudgeRules::of_work());
  judge.admit(JudgedOperation::worker("sagas"));
  const auto add = [&](int times, const Moment& moment) {
    for (int i = 0; i < times; ++i) judge.add("worker sagas", moment);
  };
  const auto verdict = [&] { return judge.verdicts().front(); };
  add(100, writes(50, 1, Side::Local));
  EXPECT_EQ(verdict().reason,
            "worker sagas: nothing was done elsewhere, and 5000 units of work in this process");
  add(40, writes(50, 10, Side::Remote));
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  add(4, writes(50, 1, Side::Local));
  EXPECT_EQ(verdict().reason,
            "worker sagas: nothing was done elsewhere since it is done here again, and 5200 units "
            "of work in this process");
  const auto json = nlohmann::json::parse(to_json({verdict()}));
  EXPECT_EQ(json["operations"][0]["counted"], "work");
}

// Its nights are none of what usually comes here between two answers of its service.
TEST(Judge, HasAWorkerHomeAgainAlsoAfterLongRestsOfItsService) {
  Judge judge({}, JudgeRules::of_work());
  judge.admit(JudgedOperation::worker("sagas"));
  const auto add = [&](int times, const Moment& moment) {
    for (int i = 0; i < times; ++i) judge.add("worker sagas", moment);
  };
  for (int night = 0; night < 5; ++night) {
    add(1'000, writes(50, 1, Side::Local));
    add(1, writes(1, 0, Side::Remote));
  }
  add(40, writes(50, 10, Side::Remote));
  ASSERT_EQ(judge.verdicts().front().judgement, Judgement::Worse);
  add(4, writes(50, 1, Side::Local));
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::CannotTell);
}

// Each more is one more chance of a false alarm, so that all have to be surer.
TEST(Judge, DividesItsFalseAlarmsAnewWhenThereIsOneMoreToJudge) {
  Judge judge({JudgedOperation::lane_from("payments")}, JudgeRules::of_work());
  for (int i = 0; i < 100; ++i) judge.add("events of payments", writes(50, 1, Side::Local));
  for (int i = 0; i < 40; ++i) judge.add("events of payments", writes(50, 10, Side::Remote));
  const std::string alone = judge.verdicts().front().reason;
  judge.admit(JudgedOperation::worker("sagas"));
  judge.admit(JudgedOperation::worker("sagas"));
  ASSERT_EQ(judge.verdicts().size(), 2U);
  EXPECT_EQ(judge.verdicts().front().judgement, Judgement::Worse) << "what was seen is kept";
  EXPECT_NE(judge.verdicts().front().reason, alone) << "it takes more by now";
}

TEST(Judge, WritesItsEvidenceForTheSwitchLog) {
  Judge judge({"a.one"});
  for (int i = 0; i < 40; ++i) judge.add("a.one", moment(100, 20, 0));
  const auto json = nlohmann::json::parse(to_json(judge.verdicts()));
  EXPECT_EQ(json["judgement"], "worse");
  EXPECT_EQ(json["operations"][0]["findings"][0]["measure"], "failures");
  EXPECT_EQ(json["operations"][0]["findings"][0]["new_side"]["hits"], 800);
}

}  // namespace
}  // namespace banyan::strangler
