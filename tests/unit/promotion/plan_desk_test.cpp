// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/plan_desk.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "banyan/comparison/collector.hpp"
#include "conducted.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;

class ThePlanDesk : public Conducted {
 protected:
  Result<PlanDesk::Answer> order(PlanVerb verb) {
    PlanOrder order;
    order.verb = verb;
    return here_->desk.order("catalog", order, {"ann", "a reason"});
  }
  static std::string rule(const Result<PlanDesk::Answer>& answer) {
    return answer ? "done" : answer.error().rule;
  }
};

TEST_F(ThePlanDesk, StartsAtTheFirstStepThatTakesNobodyAway) {
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = percent(10'00)}, {"bo", "by hand"}));
  const auto started = order(PlanVerb::Start);
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(share(), percent(25'00));
  EXPECT_EQ(started->plan.step, 2U);
  EXPECT_EQ(started->plan.who, "ann");
  EXPECT_EQ(started->change.before.reads, percent(10'00));
}

TEST_F(ThePlanDesk, TakesWhatIsOrderedBeforeWhatIsConfigured) {
  PlanOrder start;
  start.steps = {{percent(2'00)}, {percent(100'00), std::chrono::seconds(5), 7}};
  start.dwell = std::chrono::seconds(60);
  ASSERT_TRUE(here_->desk.order("catalog", start, {"ann", "why"}));
  const Plan made = plan().plan;
  ASSERT_EQ(made.steps.size(), 2U);
  EXPECT_EQ(made.steps[0].dwell, std::chrono::seconds(60));
  EXPECT_EQ(made.steps[0].samples, 500U) << "as configured";
  EXPECT_EQ(made.steps[1].dwell, std::chrono::seconds(5));
  EXPECT_EQ(made.steps[1].samples, 7U);
}

TEST_F(ThePlanDesk, RefusesWhatCannotBeAndSaysWhatCan) {
  EXPECT_EQ(rule(order(PlanVerb::Pause)), "banyan.no_plan");
  ASSERT_TRUE(order(PlanVerb::Start));
  EXPECT_EQ(order(PlanVerb::Start).error().message,
            "the plan of catalog is running. Possible now: pause, abort");
  EXPECT_EQ(rule(order(PlanVerb::Resume)), "banyan.plan_state");
  ASSERT_TRUE(order(PlanVerb::Pause));
  EXPECT_EQ(order(PlanVerb::Pause).error().message,
            "the plan of catalog is paused. Possible now: resume, abort");
  ASSERT_TRUE(order(PlanVerb::Resume));
  ASSERT_TRUE(order(PlanVerb::Abort));
  EXPECT_EQ(share(), Percent::none());
  EXPECT_EQ(order(PlanVerb::Abort).error().message,
            "the plan of catalog is aborted. Possible now: start");
  EXPECT_TRUE(order(PlanVerb::Start));
}

/// "running 1 by ann", oldest first: what became of the plan, by the switch log.
std::vector<std::string> told_of(ControlStore& store) {
  std::vector<std::string> told;
  const auto lines = store.history(100, "catalog", kPlanLine);
  if (!lines) return {lines.error().message};
  for (const LogEntry& each : *lines) {
    const auto after = nlohmann::json::parse(each.after);
    told.insert(told.begin(), after["state"].get<std::string>() + ' ' +
                                  std::to_string(after["step"].get<int>()) + " by " + each.who);
  }
  return told;
}

TEST_F(ThePlanDesk, HasALineInTheSwitchLogForEachOrderAlsoWhereNoTrafficMoves) {
  ASSERT_TRUE(order(PlanVerb::Start));
  ASSERT_TRUE(order(PlanVerb::Pause));
  ASSERT_TRUE(order(PlanVerb::Resume));
  EXPECT_EQ(here_->store->stand()->revision, 1U);
  ASSERT_TRUE(order(PlanVerb::Abort));
  EXPECT_THAT(told_of(*here_->store), testing::ElementsAre("running 1 by ann", "paused 1 by ann",
                                                           "running 1 by ann", "aborted 1 by ann"));
  EXPECT_EQ(here_->store->history(1)->front().why, "a reason");
  EXPECT_TRUE(here_->store->verify()->problems.empty());
}

TEST_F(ThePlanDesk, HasALineWhenSomebodyElseSteers) {
  start();
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = percent(10'00)}, {"bo", "by hand"}));
  tick();
  ASSERT_EQ(plan().state, PlanState::Paused);
  EXPECT_EQ(told_of(*here_->store).back(), "paused 1 by plan (ann@desk)");
  EXPECT_THAT(here_->store->history(1)->front().why, HasSubstr("somebody has shifted"));
}

TEST_F(ThePlanDesk, ShowsNoReasonOfAStateThatIsOver) {
  const auto second = process();
  const auto seen_there = [&] { return second->desk.plans()->front(); };
  start();
  tick(*second);
  ASSERT_THAT(seen_there().reason, HasSubstr("another process takes it forward"));
  ASSERT_TRUE(order(PlanVerb::Pause));
  EXPECT_EQ(seen_there().state, PlanState::Paused);
  EXPECT_EQ(seen_there().reason, "a reason") << "before its next tick";
  EXPECT_EQ(plan().state, PlanState::Paused);
  EXPECT_EQ(plan().reason, "a reason");
}

TEST_F(ThePlanDesk, ShowsNothingThatWasSeenOfAPlanBefore) {
  const auto second = process();
  const auto seen_there = [&] { return second->desk.plans()->front(); };
  start();
  requests(*second, 100);
  tick(*second);
  ASSERT_FALSE(seen_there().verdicts.empty());
  ASSERT_THAT(seen_there().reason, HasSubstr("another process takes it forward"));

  ASSERT_TRUE(order(PlanVerb::Abort));
  for (int i = 0; i < 100 && plan().state != PlanState::Aborted; ++i) tick();
  ASSERT_EQ(plan().state, PlanState::Aborted);
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(order(PlanVerb::Start));
  ASSERT_EQ(seen_there().state, PlanState::Running) << "as the one before, when it was looked at";
  EXPECT_TRUE(seen_there().verdicts.empty()) << "before its next tick";
  EXPECT_THAT(seen_there().reason, testing::Not(HasSubstr("another process")));
  tick(*second);
  EXPECT_FALSE(seen_there().verdicts.empty());
}

TEST_F(ThePlanDesk, SaysAlsoInAProcessThatLooksOnWhyAPlanGoesNotForward) {
  const auto second = process();
  const auto seen_there = [&] { return second->desk.plans()->front(); };
  start();
  ASSERT_TRUE(order(PlanVerb::Pause));
  tick(*second);
  EXPECT_EQ(seen_there().reason, "a reason") << "nobody takes it forward";
  ASSERT_TRUE(order(PlanVerb::Resume));
  tick(*second);
  EXPECT_THAT(seen_there().reason, HasSubstr("another process takes it forward"));
  ASSERT_TRUE(here_->desk.back_gradually("catalog", {"ann", "before the sale"}));
  tick(*second);
  EXPECT_NE(seen_there().state, PlanState::Running);
  EXPECT_EQ(seen_there().reason, "before the sale");
}

TEST_F(ThePlanDesk, HasALineWhenThePlanIsCompleted) {
  start();
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = Percent::all(), .writes = Side::Remote},
                                 {"bo", "by hand"}));
  tick();
  ASSERT_EQ(plan().state, PlanState::Completed);
  EXPECT_EQ(told_of(*here_->store).back(), "completed 1 by plan (ann@desk)");
}

TEST_F(ThePlanDesk, GivesTheNewSideTheShareOfTheStepWithAResume) {
  ASSERT_TRUE(order(PlanVerb::Start));
  ASSERT_TRUE(order(PlanVerb::Pause));
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = percent(10'00)}, {"bo", "by hand"}));
  ASSERT_TRUE(order(PlanVerb::Resume));
  EXPECT_EQ(share(), percent(1'00));
  EXPECT_EQ(last_line().who, "plan (ann)");
  tick();
  EXPECT_EQ(plan().state, PlanState::Running);
}

TEST_F(ThePlanDesk, AsksTheNewSideBeforeAResumeThatGivesItMore) {
  ASSERT_TRUE(order(PlanVerb::Start));
  ASSERT_TRUE(order(PlanVerb::Pause));
  here_->board.require([](std::string_view) { return std::optional<std::string>("it is down"); });
  ASSERT_TRUE(order(PlanVerb::Resume)) << "it has that share already";
  ASSERT_TRUE(order(PlanVerb::Pause));
  ASSERT_TRUE(here_->board.back("catalog", {"bo", "by hand"}));
  EXPECT_EQ(rule(order(PlanVerb::Resume)), "banyan.new_side_unhealthy");
  EXPECT_EQ(share(), Percent::none());
  PlanOrder resume;
  resume.verb = PlanVerb::Resume;
  resume.despite.force = true;
  ASSERT_TRUE(here_->desk.order("catalog", resume, {"ann", "it is a test"}));
  EXPECT_EQ(share(), percent(1'00));
  EXPECT_EQ(last_line().evidence, "forced");
}

TEST_F(ThePlanDesk, ResumesNoPlanWhoseWritesHaveMoved) {
  ASSERT_TRUE(order(PlanVerb::Start));
  ASSERT_TRUE(order(PlanVerb::Pause));
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = Percent::all(), .writes = Side::Remote},
                                 {"bo", "by hand"}));
  EXPECT_THAT(order(PlanVerb::Resume).error().message, HasSubstr("catalog has moved"));
  EXPECT_EQ(traffic(), Traffic::of(Percent::all(), Side::Remote));
}

TEST_F(ThePlanDesk, EndsAPlanThatIsAbortedWhileTablesAreSwitchedAndSaysThatTheTrafficStays) {
  ASSERT_TRUE(order(PlanVerb::Start));
  Switchboard board(*here_->store,
                    [](std::string_view) { return Topology{.data = DataStage::Switching}; });
  PlanDesk desk(board, clock_);
  PlanOrder abort;
  abort.verb = PlanVerb::Abort;
  const auto aborted = desk.order("catalog", abort, {"ann", "not this week"});
  ASSERT_TRUE(aborted) << aborted.error().message;
  EXPECT_EQ(aborted->plan.state, PlanState::Aborted);
  EXPECT_THAT(aborted->plan.reason, HasSubstr("not this week. The traffic is where it was, 1%"));
  EXPECT_THAT(aborted->plan.reason, HasSubstr("banyan back catalog"));
  EXPECT_THAT(aborted->plan.reason, HasSubstr("are being switched to another database"));
  EXPECT_EQ(share(), percent(1'00));
  for (int i = 0; i < 100; ++i) tick();
  EXPECT_EQ(share(), percent(1'00)) << "nothing goes forward after an abort";
}

TEST_F(ThePlanDesk, SaysHowTrafficComesBackWhosePlanIsOver) {
  PlanOrder start;
  start.steps = {{percent(100'00), std::chrono::seconds(0), 0}};
  ASSERT_TRUE(here_->desk.order("catalog", start, {"ann", "why"}));
  ASSERT_TRUE(here_->board.next("catalog", {"ann", "the writes, too"}));
  tick();
  ASSERT_EQ(plan().state, PlanState::Completed);
  EXPECT_EQ(order(PlanVerb::Abort).error().message,
            "the plan of catalog is completed. Possible now: abort --gradually (along the steps); "
            "banyan back catalog goes one stage back at once");
  ASSERT_TRUE(here_->board.back("catalog", {"ann", "the writes come home"}));
  EXPECT_THAT(order(PlanVerb::Abort).error().message,
              HasSubstr("Possible now: start, abort --gradually"));
}

TEST_F(ThePlanDesk, RefusesAPlanThatGrowsNotOrEndsBelowWhatIsThere) {
  PlanOrder start;
  start.steps = {{percent(10'00)}, {percent(5'00)}};
  EXPECT_EQ(rule(here_->desk.order("catalog", start, {"ann", "why"})), "banyan.bad_plan");
  start.steps = {{percent(1'00)}};
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = percent(50'00)}, {"bo", "by hand"}));
  EXPECT_EQ(rule(here_->desk.order("catalog", start, {"ann", "why"})), "banyan.plan_state");
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = Percent::all(), .writes = Side::Remote},
                                 {"bo", "by hand"}));
  EXPECT_THAT(order(PlanVerb::Start).error().message, HasSubstr("catalog has moved"));
}

TEST_F(ThePlanDesk, TakesAStepThatMovesTheWritesAndBringsThemHomeWithAnAbort) {
  here_->plan.waived = {"catalog.read"};
  PlanOrder start;
  start.steps = {{percent(100'00), std::chrono::seconds(0), 0},
                 {.share = Percent::all(), .writes = Side::Remote}};
  start.dwell = std::chrono::seconds(0);
  start.samples = 0;
  ASSERT_TRUE(here_->desk.order("catalog", start, {"ann", "why"}));
  EXPECT_TRUE(plan().plan.moves_writes());
  for (int i = 0; i < 3'000 && traffic().writes == Side::Local; ++i) {
    requests(*here_, 100);
    tick();
  }
  ASSERT_EQ(plan().writes, Side::Remote) << plan().reason;
  ASSERT_TRUE(order(PlanVerb::Pause));
  ASSERT_TRUE(order(PlanVerb::Resume)) << "its writes the plan has moved itself";
  ASSERT_TRUE(order(PlanVerb::Abort));
  EXPECT_EQ(traffic(), Traffic{});
}

TEST_F(ThePlanDesk, SaysOfARolloutThatThereIsNotThatThereIsNone) {
  Switchboard board(*here_->store, [](std::string_view) {
    return Topology{.old_side = false, .new_side = false};
  });
  PlanDesk desk(board, clock_);
  EXPECT_EQ(desk.order("catalgo", {}, {"ann", "why"}).error().rule, "banyan.unknown_rollout");
}

TEST_F(ThePlanDesk, RefusesWhatTheDataForbidsWithWhatIsLegal) {
  Switchboard board(*here_->store,
                    [](std::string_view) { return Topology{.both_reach_data = false}; });
  PlanDesk desk(board, clock_);
  const auto refused = desk.order("catalog", {}, {"ann", "why"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.illegal_stage");
  EXPECT_THAT(refused.error().message, HasSubstr("Legal now: legacy"));
  EXPECT_TRUE(here_->desk.plans()->empty());
}

TEST_F(ThePlanDesk, AsksTheNewSideBeforeAStartUnlessItIsForced) {
  here_->board.require([](std::string_view) { return std::optional<std::string>("it is down"); });
  EXPECT_EQ(rule(order(PlanVerb::Start)), "banyan.new_side_unhealthy");
  EXPECT_TRUE(here_->desk.plans()->empty());
  PlanOrder start;
  start.despite.force = true;
  ASSERT_TRUE(here_->desk.order("catalog", start, {"ann", "why"}));
  EXPECT_EQ(last_line().evidence, "forced");
}

class APlanBesideCopies : public ThePlanDesk {
 protected:
  Result<PlanDesk::Answer> start_despite(const Despite& despite) {
    PlanOrder start;
    start.despite = despite;
    return here_->desk.order("catalog", start, {"ann", "to see it go back"});
  }
};

TEST_F(APlanBesideCopies, ThatDifferDoesNotStartUnlessThatIsSaid) {
  shadow();
  compare(40, 40);
  const auto refused = order(PlanVerb::Start);
  EXPECT_EQ(rule(refused), "banyan.answers_differ");
  EXPECT_THAT(refused.error().message, HasSubstr("catalog.read 40 of the last 40"));
  EXPECT_THAT(refused.error().message, HasSubstr("where a plan lets one of 1000 differ. "));
  EXPECT_THAT(refused.error().message, HasSubstr("[rollouts.catalog.compare]"));
  EXPECT_THAT(refused.error().message, HasSubstr(": --despite-differences"));
  EXPECT_EQ(rule(start_despite({.force = true})), "banyan.answers_differ")
      << "which is another word";
  EXPECT_EQ(traffic(), Traffic::shadow());
  EXPECT_TRUE(here_->desk.plans()->empty());
  ASSERT_TRUE(start_despite({.differences = true}));
  EXPECT_EQ(share(), percent(1'00));
  EXPECT_THAT(last_line().evidence, HasSubstr("despite differences: the new side of catalog"));
  EXPECT_THAT(last_line().evidence, HasSubstr("catalog.read 40 of the last 40"));
}

TEST_F(APlanBesideCopies, ThatDifferIsNotStartedOnASideThatIsNotFitByThatWord) {
  shadow();
  compare(40, 40);
  here_->board.require([](std::string_view) { return std::optional<std::string>("it is down"); });
  const auto both = order(PlanVerb::Start);
  EXPECT_EQ(rule(both), "banyan.new_side_unhealthy");
  EXPECT_THAT(both.error().message, HasSubstr(": --force --despite-differences"));
  EXPECT_EQ(rule(start_despite({.differences = true})), "banyan.new_side_unhealthy");
  EXPECT_TRUE(here_->desk.plans()->empty());
  EXPECT_TRUE(start_despite({.force = true, .differences = true}));
  EXPECT_THAT(last_line().evidence, HasSubstr("; forced"));
}

TEST_F(APlanBesideCopies, ThatAgreeStarts) {
  shadow();
  compare(128, 1);
  EXPECT_TRUE(order(PlanVerb::Start)) << "which may be chance";
}

TEST_F(APlanBesideCopies, StartsOnceTheNewSideIsMended) {
  shadow();
  compare(300, 300);
  EXPECT_EQ(rule(order(PlanVerb::Start)), "banyan.answers_differ");
  compare(RecentPairs::kMost, 0);
  EXPECT_TRUE(order(PlanVerb::Start));
}

TEST_F(APlanBesideCopies, StartsOnceOtherRulesOfComparisonAreInForce) {
  shadow();
  compare(40, 40);
  rules_ = std::make_shared<int>(2);
  ASSERT_TRUE(order(PlanVerb::Start)) << "what has said so is gone";
  ASSERT_TRUE(order(PlanVerb::Abort));
  shadow();
  compare(20, 20);
  [[maybe_unused]] const auto other = std::exchange(rules_, std::make_shared<int>(3));
  compare(5, 0);
  EXPECT_TRUE(order(PlanVerb::Start)) << "it is there, and has nothing to say any more";
}

// A time of which nobody has said anything, in the first pairs of an operation.
TEST_F(APlanBesideCopies, StartsOnceWhatDifferedHasTurnedOutToBeNoise) {
  shadow();
  ComparisonCollector collector;
  const OperationRules rules({}, "catalog.read", Effect::Read, nullptr);
  const http::RequestHead request{.method = "GET", .target = "/albums/1"};
  http::ResponseHead head;
  head.status = 200;
  Comparison differing;
  differing.differences.push_back({.kind = DifferenceKind::Value,
                                   .path = "/made_at",
                                   .old_value = "\"10:00:00\"",
                                   .new_value = "\"10:00:01\"",
                                   .note = ""});
  const auto add = [&](PairOf pair) {
    const PairFound found = collector.add("catalog.read", pair, differing, {request, "", ""},
                                          {head, ""}, {head, ""}, rules, clock_.now());
    if (pair == PairOf::OldOld) return;
    here_->evidence.of("catalog", "catalog.read")
        .pairs()
        .add(found.differs, clock_.now(), found.by);
  };
  for (int i = 0; i < 9; ++i) add(PairOf::OldNew);
  EXPECT_EQ(rule(order(PlanVerb::Start)), "banyan.answers_differ") << "nobody knows better";
  add(PairOf::OldOld);
  EXPECT_TRUE(order(PlanVerb::Start)) << "the old side differs in it by itself";
}

TEST_F(APlanBesideCopies, GoesByNothingThatWasComparedBeforeTheStageChanged) {
  shadow();
  compare(40, 40);
  ASSERT_TRUE(here_->board.back("catalog", {"bo", "it is mended first"}));
  shadow();
  compare(5, 0);
  EXPECT_TRUE(order(PlanVerb::Start));
}

TEST_F(APlanBesideCopies, IsNotHeldToWhatWasSeenBeforeAllWasOnTheOldSide) {
  shadow();
  ASSERT_TRUE(here_->board.back("catalog", {"bo", "not today"}));
  compare(3, 3);  // were under way
  EXPECT_TRUE(order(PlanVerb::Start));
}

TEST_F(APlanBesideCopies, ThatDifferIsNotTakenUpAgainWhereThatGivesTheNewSideMore) {
  ASSERT_TRUE(order(PlanVerb::Start));
  ASSERT_TRUE(order(PlanVerb::Pause));
  shadow();
  compare(40, 40);
  EXPECT_EQ(rule(order(PlanVerb::Resume)), "banyan.answers_differ");
  EXPECT_EQ(plan().state, PlanState::Paused);
  EXPECT_EQ(traffic(), Traffic::shadow());
}

TEST_F(ThePlanDesk, BringsTrafficBackGraduallyWithAndWithoutAPlan) {
  ASSERT_TRUE(here_->board.shift("catalog", {.reads = Percent::all(), .writes = Side::Remote},
                                 {"bo", "by hand"}));
  const auto back = here_->desk.back_gradually("catalog", {"ann", "before the sale"});
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(traffic(), Traffic::of(Percent::all(), Side::Local)) << "the writes first";
  std::string walked;
  Percent last = share();
  for (int i = 0; i < 2'000 && share() > Percent::none(); ++i) {
    tick();
    if (share() != last) walked += to_string(last = share()) + ' ';
  }
  EXPECT_EQ(walked, "50% 25% 5% 1% 0% ");
  tick();
  EXPECT_EQ(plan().state, PlanState::Aborted) << "nothing was worse: somebody has said so";
  EXPECT_EQ(rule(here_->desk.back_gradually("catalog", {"ann", "again"})), "banyan.plan_state");
}

TEST_F(ThePlanDesk, WritesPlanAndTrafficTogetherOrNeither) {
  ASSERT_TRUE(order(PlanVerb::Start));
  const auto before = here_->store->plans()->front();
  const auto refused = here_->store->walk(
      "catalog", {"ann", "why"}, [](const Traffic&, StoredPlan& stored) -> Result<Traffic> {
        stored.document = "{}";
        return fail(ErrorCode::Conflict, "test.no", "no");
      });
  EXPECT_FALSE(refused);
  EXPECT_EQ(here_->store->plans()->front().document, before.document);
  EXPECT_EQ(here_->store->plans()->front().version, before.version);
}

}  // namespace
}  // namespace banyan::strangler
