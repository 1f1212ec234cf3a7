// SPDX-License-Identifier: Apache-2.0
// Background work as evidence: what a module does by itself, here and at its service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "banyan/promotion/conductor.hpp"
#include "banyan/promotion/plan_desk.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "demo_host.hpp"
#include "shared_keys.hpp"
#include "work_document.hpp"
#include "work_elsewhere.hpp"
#include "work_evidence.hpp"
#include "work_ledger.hpp"

namespace banyan::host {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using strangler::Judgement;
using strangler::Window;
using testing::HasSubstr;

class WorkersOfShipping : public testing::Test {
 protected:
  WorkersOfShipping() { start(); }

  /// A process that was started anew.
  void start() {
    if (work_) work_->end();
    work_.reset();
    ledger_ = std::make_unique<WorkLedger>(clock_);
    work_ = std::make_unique<WorkEvidence>(file_, clock_, log_, ledger_.get());
    work_->begin();
  }
  /// Ticks in each of which so many units are done in this process, which were due so long ago.
  void here(int ticks, int each, int failed = 0, microseconds lag = milliseconds(5)) {
    for (int i = 0; i < ticks; ++i) {
      for (int k = 0; k < each; ++k) {
        ledger_->of("shipping")
            .worked({.worker = "consignments", .failed = k < failed, .lag = lag});
      }
      tick();
    }
  }
  /// The same at the service, as it says.
  void there(int ticks, int each, int failed = 0, microseconds lag = milliseconds(5)) {
    for (int i = 0; i < ticks; ++i) {
      Window fresh;
      for (int k = 0; k < each; ++k) {
        fresh.add(k < failed ? strangler::Ending::Failed : strangler::Ending::Good, lag);
      }
      ledger_->add_elsewhere("shipping", "consignments", fresh);
      tick();
    }
  }
  void tick() {
    clock_.advance(WorkEvidence::kTick);
    work_->tick();
  }
  strangler::OperationVerdict verdict() const {
    return work_->of_worker("shipping", "consignments").value();
  }

  const test::TemporaryFolder folder_;
  const std::string file_ = folder_.file("control.db.lanes");
  ManualClock clock_;
  telemetry::Log log_{telemetry::Log::Options{
      .service = "test", .file = "/dev/null", .least = telemetry::Level::Error}};
  std::unique_ptr<WorkLedger> ledger_;
  std::unique_ptr<WorkEvidence> work_;
};

TEST_F(WorkersOfShipping, AreWorseWhenTheyFailMoreAtTheService) {
  EXPECT_TRUE(work_->of("shipping").empty()) << "nobody has heard of one";
  here(100, 50);
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_EQ(
      verdict().reason,
      "worker consignments: nothing was done elsewhere, and 5000 units of work in this process");
  there(40, 50, 10);
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_THAT(verdict().reason, HasSubstr("before and after, not side by side"));
  EXPECT_TRUE(work_->of("orders").empty());
}

TEST_F(WorkersOfShipping, AreWorseWhenTheyBeginLaterAtTheService) {
  here(100, 50);
  there(100, 50, 0, seconds(5));
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_THAT(verdict().reason, HasSubstr("took longer than the usual median"));
}

TEST_F(WorkersOfShipping, AreNoWorseWhenTheyAreAsTheyWere) {
  here(100, 50, 1);
  there(800, 50, 1, milliseconds(60));
  EXPECT_EQ(verdict().judgement, Judgement::BetterOrEqual) << verdict().reason;
  EXPECT_THAT(verdict().reason, HasSubstr("units of work; before and after"));
}

TEST_F(WorkersOfShipping, AreHeldToWhatWasUsualBeforeTheProcessWasStartedWithoutTheModule) {
  here(100, 50);
  start();
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell) << "what speaks against is not kept";
  EXPECT_THAT(verdict().reason,
              HasSubstr("nobody has been seen to do it since this process began"));
  there(40, 50, 10);
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_EQ(verdict().before, 5'000U);
}

TEST_F(WorkersOfShipping, CannotBeToldOfWithoutKnowingWhatWasUsual) {
  here(3, 50);
  there(100, 50, 50);
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_THAT(verdict().reason,
              HasSubstr("150 units of work were seen before it was done elsewhere, and 200"));
}

// A scheduler that has ended, a right that is missing: nothing is done, and nothing fails.
TEST_F(WorkersOfShipping, CannotBeToldOfWithTheReasonWhereTheServiceDoesNothing) {
  here(100, 50);
  start();
  ledger_->not_told("shipping", "it answers 503");
  tick();
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_THAT(verdict().reason, HasSubstr("its service does not say what it does: it answers 503"));
  ledger_->not_told("shipping", "");
  ledger_->add_elsewhere("shipping", "consignments", {}, 7);
  tick();
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_THAT(verdict().reason, HasSubstr("its service was hindered in it 7 times"));
}

// Both run it on the same tables for as long as the module is here and has a service.
TEST_F(WorkersOfShipping, AreJudgedWhileBothSidesAreAtWork) {
  here(100, 50);
  for (int i = 0; i < 60; ++i) {
    here(1, 20);
    there(1, 20, 5);
  }
  EXPECT_EQ(verdict().judgement, Judgement::Worse) << verdict().reason;
}

// Two who look are sooner there than the one who will be left.
TEST_F(WorkersOfShipping, AreHeldToNoLagThatWasUsualWhileBothWereAtWork) {
  for (int i = 0; i < 300; ++i) {
    there(1, 20);
    here(1, 50);
  }
  start();
  there(100, 50, 0, seconds(5));
  EXPECT_NE(verdict().judgement, Judgement::Worse) << verdict().reason;
}

// Who is nearer to what comes in has most of it.
TEST_F(WorkersOfShipping, AreJudgedAlsoWhereTheServiceSeldomGetsAnythingToDo) {
  here(100, 50);
  for (int i = 0; i < 60; ++i) {
    here(3, 100);
    there(1, 1, 1);
  }
  EXPECT_EQ(verdict().judgement, Judgement::Worse) << verdict().reason;
  here(400, 100);
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell) << "it is here again";
}

TEST_F(WorkersOfShipping, HaveNoLagOfWhatWasDueBeforeTheProcessBegan) {
  ledger_->of("shipping").worked({.worker = "consignments", .lag = std::chrono::hours(2)});
  ledger_->of("shipping").worked({.worker = "consignments", .lag = std::chrono::hours(1)});
  ASSERT_EQ(ledger_->read().size(), 1U);
  EXPECT_EQ(ledger_->read().front().here.requests, 2U);
  EXPECT_EQ(ledger_->read().front().here.latency.total(), 0U);
  clock_.advance(std::chrono::hours(3));
  ledger_->of("shipping").worked({.worker = "consignments", .lag = seconds(1)});
  EXPECT_EQ(ledger_->read().front().here.latency.total(), 1U);
}

// Its database was away for a moment: what came due meanwhile is begun late on both sides.
TEST_F(WorkersOfShipping, HaveNoLagOfWhatWaitedWhileTheyWereHindered) {
  const auto worked = [&](seconds lag) {
    ledger_->of("shipping").worked({.worker = "consignments", .lag = lag});
  };
  worked(seconds(0));
  clock_.advance(std::chrono::minutes(1));
  worked(seconds(1));
  ASSERT_EQ(ledger_->read().front().here.latency.total(), 1U);
  ledger_->of("shipping").hindered("consignments");
  worked(seconds(30));
  worked(seconds(20));
  EXPECT_EQ(ledger_->read().front().here.latency.total(), 1U);
  clock_.advance(std::chrono::minutes(3));
  worked(seconds(1));
  const WorkLedger::Row row = ledger_->read().front();
  EXPECT_EQ(row.here.latency.total(), 2U);
  EXPECT_EQ(row.here.requests, 5U) << "that something hindered them is no unit";
  EXPECT_EQ(row.hindered_here, 1U);
}

// As a program without workers has written it.
TEST_F(WorkersOfShipping, AreUnknownToAFileThatHasLanesOnly) {
  UsualOfWork usual = UsualOfWork::from(
      R"({"format":1,"lanes":[{"module":"payments","lane":"shipping","until":5,"events":3,)"
      R"("failed":1,"lag":[[1000,2]]}]})");
  EXPECT_EQ(usual.of(UsualOfWork::lane("payments", "shipping"), {6}).requests, 3U);
  EXPECT_EQ(usual.of(UsualOfWork::worker("payments", "shipping"), {6}).requests, 0U);
  Window window;
  window.add(strangler::Ending::Good, milliseconds(1));
  usual.add(UsualOfWork::worker("shipping", "consignments"), window, {7});
  const UsualOfWork again = UsualOfWork::from(usual.text());
  EXPECT_EQ(again.of(UsualOfWork::lane("payments", "shipping"), {8}).requests, 3U);
  EXPECT_EQ(again.of(UsualOfWork::worker("shipping", "consignments"), {8}).latency.total(), 1U);
}

TEST_F(WorkersOfShipping, AreShownToOperatorsWithTheirFiguresAndTheVerdict) {
  here(4, 50, 1);
  there(4, 50, 2);
  const auto document = nlohmann::json::parse(work_json(*ledger_, work_.get()));
  ASSERT_EQ(document.at("modules").size(), 1U);
  EXPECT_EQ(document.at("modules").at(0).at("module"), "shipping");
  const auto worker = document.at("modules").at(0).at("workers").at(0);
  EXPECT_EQ(worker.at("worker"), "consignments");
  EXPECT_EQ(worker.at("here").at("units"), 200);
  EXPECT_EQ(worker.at("elsewhere").at("failed"), 8);
  EXPECT_GT(worker.at("elsewhere").at("lag_p90_seconds").get<double>(), 0.0);
  EXPECT_EQ(worker.at("verdict").at("samples"), 200);
  ledger_->of("shipping").hindered("consignments");
  ledger_->not_told("catalog", "it answers 503");
  const auto again = nlohmann::json::parse(work_json(*ledger_, work_.get()));
  ASSERT_EQ(again.at("modules").size(), 2U);
  EXPECT_EQ(again.at("modules").at(0).at("not_told"), "it answers 503");
  EXPECT_EQ(again.at("modules").at(1).at("workers").at(0).at("here").at("hindered"), 1);
  ledger_->not_told("catalog", "");
  // A service judges nobody.
  const auto of_service = nlohmann::json::parse(work_json(*ledger_, nullptr));
  EXPECT_FALSE(of_service.at("modules").at(0).at("workers").at(0).contains("verdict"));
  const auto samples = ledger_->samples();
  EXPECT_TRUE(std::ranges::any_of(samples, [](const telemetry::Sample& each) {
    return each.metric.name == "banyan_work_units_total" &&
           each.labels == std::vector<std::string>{"shipping", "consignments", "remote", "error"} &&
           each.value > 7.5 && each.value < 8.5;
  }));
  EXPECT_TRUE(std::ranges::any_of(samples, [](const telemetry::Sample& each) {
    return each.metric.name == "banyan_work_hindered_total" &&
           each.labels == std::vector<std::string>{"shipping", "consignments", "local"} &&
           each.value > 0.5;
  }));
}

class PlansOfAModuleWithWorkers : public WorkersOfShipping {
 protected:
  void SetUp() override { ASSERT_TRUE(store_->enlist({"shipping"})); }
  strangler::PlanStatus plan() const { return desk_.plans()->front(); }

  const std::unique_ptr<strangler::ControlStore> store_ =
      strangler::ControlStore::open((folder_.path() / "control.db").string(), clock_).value();
  strangler::Switchboard board_{*store_, strangler::open_topology()};
  strangler::TrafficEvidence evidence_;
  strangler::Conductor conductor_{{.board = board_,
                                   .evidence = evidence_,
                                   .operations =
                                       [](std::string_view) {
                                         return std::vector<strangler::JudgedOperation>{
                                             "shipping.get_consignment"};
                                       },
                                   .clock = clock_,
                                   .seat = (folder_.path() / "seat").string(),
                                   .note = {},
                                   .work = work_.get()}};
  strangler::PlanDesk desk_{board_, clock_, {}, &conductor_};
};

TEST_F(PlansOfAModuleWithWorkers, StopForOneThatIsWorseUntilAPersonTakesThemUpAgain) {
  ASSERT_TRUE(desk_.order("shipping", {}, {"ann@desk", "all is quiet"}));
  here(100, 50);
  conductor_.tick();
  ASSERT_EQ(plan().state, strangler::PlanState::Running) << plan().reason;
  there(40, 50, 10);
  conductor_.tick();
  EXPECT_EQ(plan().state, strangler::PlanState::NeedsPerson);
  EXPECT_THAT(plan().reason, HasSubstr("worker consignments"));
  EXPECT_THAT(plan().reason, HasSubstr("work is done where the module runs"));
  EXPECT_EQ(plan().verdicts.back().operation, "worker consignments");
  const auto reads = [&] { return to_string(store_->stand()->find("shipping")->traffic.reads); };
  EXPECT_EQ(reads(), "1%") << "nothing goes back by itself";

  ASSERT_TRUE(desk_.order("shipping",
                          {.verb = strangler::PlanVerb::Resume, .despite = {.force = true}},
                          {"ann@desk", "the service is mended"}));
  conductor_.tick();
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  there(40, 50);
  conductor_.tick();
  EXPECT_EQ(plan().state, strangler::PlanState::Running) << plan().reason;
}

/// The machine's clocks, a while later when the test says so.
class LaterClock final : public Clock {
 public:
  Timestamp now() const override {
    return {system_clock().now().micros +
            std::chrono::duration_cast<microseconds>(later.load()).count()};
  }
  SteadyTime steady() const override { return system_clock().steady() + later.load(); }
  std::atomic<seconds> later{seconds(0)};
};

class WorkOfAService : public testing::Test {
 protected:
  using Keys = std::optional<security::WebhookKeys>;

  static Options of_service() {
    Options options;
    options.trust = binding::Trust::Internal;
    return options;
  }
  static Options with(const http::Endpoint& service) {
    Options options;
    options.at["demo"] = service;
    return options;
  }
  /// A service that answers for its workers, and a shop that has not asked it yet.
  void begin(const Keys& of_the_service, const Keys& of_the_shop) {
    service_.own_endpoints =
        work_endpoints(service_.assembly(), there_, of_the_service, environment_);
    service_.serve();
    shop_ = std::make_unique<DemoProcess>("here", Linkage::Routed, with(service_.endpoint()));
    elsewhere_ =
        std::make_unique<WorkElsewhere>(shop_->assembly(), here_, of_the_shop, environment_, log_);
  }
  void work(bool failed = false) {
    there_.of("demo").worked({.worker = "sweeper", .failed = failed, .lag = {}});
  }

  const std::unique_ptr<Scheduler> scheduler_ = make_thread_scheduler();
  const Environment environment_{system_clock(), system_random(), *scheduler_};
  telemetry::Log log_{telemetry::Log::Options{
      .service = "test", .file = "/dev/null", .least = telemetry::Level::Error}};
  WorkLedger there_{system_clock()};
  WorkLedger here_{system_clock()};
  ServedDemo service_{"there", Linkage::Linked, of_service()};
  std::unique_ptr<DemoProcess> shop_;
  std::unique_ptr<WorkElsewhere> elsewhere_;
};

TEST_F(WorkOfAService, IsAskedForAndOnlyWhatIsNewIsTaken) {
  begin({}, {});
  work();  // which nobody here has seen it do
  elsewhere_->round();
  EXPECT_TRUE(here_.read().empty());
  work();
  work(true);
  elsewhere_->round();
  elsewhere_->round();
  ASSERT_EQ(here_.read().size(), 1U);
  const WorkLedger::Row row = here_.read().front();
  EXPECT_EQ(row.module, "demo");
  EXPECT_EQ(row.worker, "sweeper");
  EXPECT_EQ(row.here.requests, 0U);
  EXPECT_EQ(row.elsewhere.requests, 2U);
  EXPECT_EQ(row.elsewhere.failures(), 1U);
}

// Two instances behind one address: the connection is with the other one for hours.
TEST_F(WorkOfAService, IsNoNewsWhereItsProcessWasNotHeardOfForLong) {
  begin({}, {});
  LaterClock clock;
  const Environment environment{clock, system_random(), *scheduler_};
  WorkElsewhere elsewhere(shop_->assembly(), here_, {}, environment, log_);
  elsewhere.round();
  work(true);
  clock.later = std::chrono::hours(2);
  elsewhere.round();
  EXPECT_TRUE(here_.read().empty());
  work();
  elsewhere.round();
  ASSERT_EQ(here_.read().size(), 1U);
  EXPECT_EQ(here_.read().front().elsewhere.requests, 1U);
  EXPECT_EQ(here_.read().front().elsewhere.failures(), 0U);
}

TEST_F(WorkOfAService, IsAskedForWithAKeyWhereTheProcessesShareOne) {
  begin(shared_keys(), shared_keys());
  elsewhere_->round();
  work();
  elsewhere_->round();
  ASSERT_EQ(here_.read().size(), 1U);
  EXPECT_EQ(here_.read().front().elsewhere.requests, 1U);
}

TEST_F(WorkOfAService, IsToldToNobodyWithoutAKey) {
  begin(shared_keys(), strange_keys());
  elsewhere_->round();
  work();
  elsewhere_->round();
  EXPECT_TRUE(here_.read().empty());
  const auto document = nlohmann::json::parse(work_json(here_, nullptr));
  ASSERT_EQ(document.at("modules").size(), 1U);
  EXPECT_THAT(document.at("modules").at(0).at("not_told").get<std::string>(),
              HasSubstr("it answers 401: the two processes have other --event-keys"));
}

TEST_F(WorkOfAService, IsSaidToBeUnknownWhereNobodyAnswers) {
  const DemoProcess shop("alone", Linkage::Routed, with({"127.0.0.1", 1}));
  WorkElsewhere elsewhere(shop.assembly(), here_, {}, environment_, log_);
  elsewhere.round();
  EXPECT_THAT(here_.why_not_told("demo"), HasSubstr("nobody answers"));
}

TEST_F(WorkOfAService, SaysAlsoHowOftenItWasHindered) {
  begin({}, {});
  elsewhere_->round();
  there_.of("demo").hindered("sweeper");
  elsewhere_->round();
  ASSERT_EQ(here_.read().size(), 1U);
  EXPECT_EQ(here_.read().front().hindered_elsewhere, 1U);
  EXPECT_EQ(here_.read().front().elsewhere.requests, 0U);
  EXPECT_EQ(here_.why_not_told("demo"), "");
}

TEST_F(WorkOfAService, IsBelievedOnlyFromWhomHasAKeyAndAsAnAnswerToThisQuestion) {
  const Timestamp now = system_clock().now();
  const Keys keys = shared_keys();
  WorkReport report{.process = "one"};
  report.workers["sweeper"].requests = 3;
  const http::Request question = work_question("demo", keys, environment_);
  EXPECT_EQ(question.head.target, "/_work/demo");
  const http::Response answer = answer_work(report, keys, question, now);
  const auto read = work_in(answer, question, keys, now);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->process, "one");
  EXPECT_EQ(read->workers.at("sweeper").requests, 3U);
  EXPECT_FALSE(work_in(answer, work_question("demo", keys, environment_), keys, now));
  EXPECT_FALSE(work_in(answer_work(report, {}, question, now), question, keys, now));
  EXPECT_EQ(answer_work(report, keys, work_question("demo", {}, environment_), now).head.status,
            401U);
}

TEST_F(WorkOfAService, IsNotReadInAnAnswerThatIsNone) {
  const http::Request question = work_question("demo", {}, environment_);
  for (const char* body : {"", "<html>", "[]", R"({"process":"one"})",
                           R"({"process":"one","workers":[{"worker":"sweeper","units":"3"}]})"}) {
    http::Response answer;
    answer.head.status = 200;
    answer.body = body;
    EXPECT_FALSE(work_in(answer, question, {}, system_clock().now())) << body;
  }
}

/// Says at once that it has worked.
TEST(AModule, IsHandedAnObserverOfItsOwnWork) {
  WorkLedger ledger(system_clock());
  static const std::vector<migrations::Script> no_scripts;
  const DemoProcess process(
      hosted<demo::Demo>(extracted<demo::Demo>({}), Linkage::Linked, {}, no_scripts,
                         [](Ports&, sql::ModuleDatabase&, const Environment& environment) {
                           environment.work->worked({.worker = "sweeper"});
                           return std::make_unique<NamedDemo>("one");
                         }),
      Options(), {}, CallWatch{.work = &ledger});
  ASSERT_EQ(ledger.read().size(), 1U);
  EXPECT_EQ(ledger.read().front().module, "demo");
  EXPECT_EQ(ledger.read().front().worker, "sweeper");
}

}  // namespace
}  // namespace banyan::host
