// SPDX-License-Identifier: Apache-2.0
// Events as evidence: what a module makes of what it is brought, before its lane moves and after.
#include "work_evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>

#include "banyan/promotion/conductor.hpp"
#include "banyan/promotion/plan_desk.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::host {
namespace {

using events::Deliveries;
using events::Delivery;
using events::Envelope;
using std::chrono::milliseconds;
using strangler::Judgement;
using testing::HasSubstr;

/// Does with events what the test says.
class FakeWay final : public events::EventTransport {
 public:
  explicit FakeWay(std::string name) : name_(std::move(name)) {}

  std::string_view name() const override { return name_; }
  Deliveries deliver(std::span<const Envelope> events) override {
    Deliveries deliveries;
    deliveries.each.resize(events.size());
    deliveries.outage = outage;
    for (Delivery& each : deliveries.each) {
      if (!outage) each.outcome = refuses > 0 ? instead : Delivery::Outcome::Done;
      if (refuses > 0) --refuses;
    }
    return deliveries;
  }

  int refuses = 0;
  Delivery::Outcome instead = Delivery::Outcome::Refused;
  std::optional<Error> outage;

 private:
  const std::string name_;
};

class LanesOfShipping : public testing::Test {
 protected:
  LanesOfShipping() { start(); }

  /// A process that brings shipping the events of payments, both ways.
  void start() {
    lanes_ = std::make_unique<WorkEvidence>(file_, clock_, log_);
    here_way_ = watched("in_process", here_);
    there_way_ = watched("http", there_);
    lanes_->begin();
  }
  std::unique_ptr<events::EventTransport> watched(const std::string& name, FakeWay*& fake) {
    auto way = std::make_unique<FakeWay>(name);
    fake = way.get();
    return lanes_->watched(std::move(way), "payments", "shipping", {"payments.payment_captured"});
  }

  Envelope event(const std::string& type = "payments.payment_captured.v1") {
    Envelope event;
    event.source = "payments";
    event.type = type;
    event.key = "order " + std::to_string(++orders_);
    event.ordinal = 1;
    event.time = clock_.now();
    return event;
  }
  /// Ticks in each of which so many events are handled 5 ms after they were published, but for
  /// those that are refused.
  void bring(events::EventTransport& way, FakeWay& fake, int ticks, int each, int refused = 0) {
    for (int i = 0; i < ticks; ++i) {
      std::vector<Envelope> all;
      for (int k = 0; k < each; ++k) all.push_back(event());
      clock_.advance(milliseconds(5));
      fake.refuses = refused;
      way.deliver(all);
      tick();
    }
  }
  void tick() {
    clock_.advance(WorkEvidence::kTick);
    lanes_->tick();
  }
  strangler::OperationVerdict verdict() const {
    return lanes_->of_lane("payments", "shipping").value();
  }

  const test::TemporaryFolder folder_;
  const std::string file_ = folder_.file("control.db.lanes");
  ManualClock clock_;
  telemetry::Log log_{telemetry::Log::Options{
      .service = "test", .file = "/dev/null", .least = telemetry::Level::Error}};
  std::unique_ptr<WorkEvidence> lanes_;
  FakeWay* here_ = nullptr;
  FakeWay* there_ = nullptr;
  std::unique_ptr<events::EventTransport> here_way_, there_way_;
  int orders_ = 0;
};

TEST_F(LanesOfShipping, AreWorseWhenTheModuleFailsMoreAtItsService) {
  bring(*here_way_, *here_, 100, 50);
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  bring(*there_way_, *there_, 40, 50, 10);
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_THAT(verdict().reason, HasSubstr("before and after, not side by side"));
  EXPECT_EQ(lanes_->of("shipping").size(), 1U);
  EXPECT_TRUE(lanes_->of("orders").empty());
}

TEST_F(LanesOfShipping, AreHeldToWhatWasUsualBeforeTheProcessWasStartedAnew) {
  bring(*here_way_, *here_, 100, 50);
  lanes_->end();
  start();
  bring(*there_way_, *there_, 40, 50, 10);
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_EQ(verdict().before, 5'000U);
  start();
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell) << "what speaks against is not kept";
}

TEST_F(LanesOfShipping, AreNotJudgedByWhatWasUsualLongAgoNorByAFileThatIsNone) {
  bring(*here_way_, *here_, 100, 50);
  lanes_->end();
  clock_.advance(UsualOfWork::kAge + std::chrono::hours(1));
  start();
  bring(*there_way_, *there_, 40, 50, 10);
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_THAT(verdict().reason, HasSubstr("0 of them were seen before"));
  std::ofstream(file_) << R"({"format":1,"lanes":[{"module":"payments"}]})";
  start();
  EXPECT_EQ(verdict().before, 0U);
}

// The lane was elsewhere for a season, and one event is handled here.
TEST_F(LanesOfShipping, ThatComeHomeDoNotBringBackWhatWasUsualLongAgo) {
  bring(*here_way_, *here_, 100, 50);
  lanes_->end();
  clock_.advance(UsualOfWork::kAge + std::chrono::hours(1));
  start();
  bring(*here_way_, *here_, 1, 1);
  lanes_->end();
  start();
  EXPECT_EQ(verdict().before, 1U);
}

TEST_F(LanesOfShipping, CountAnEventThatIsTriedAgainAndAgainOnce) {
  bring(*here_way_, *here_, 4, 50);
  const std::vector<Envelope> poison{event()};
  for (int attempt = 0; attempt < 8; ++attempt) {
    there_->refuses = 1;
    there_way_->deliver(poison);
  }
  there_way_->deliver(poison);  // and then it goes
  tick();
  EXPECT_EQ(verdict().samples, 1U);
  EXPECT_EQ(verdict().findings.front().suspect.hits, 1U);
}

// Held and parked keys are tried again by whoever runs: of all events those that have failed.
TEST_F(LanesOfShipping, CountNothingThatAPredecessorMayHaveTriedBefore) {
  bring(*here_way_, *here_, 100, 50);
  lanes_->end();
  std::vector<Envelope> held;
  for (int i = 0; i < 20; ++i) held.push_back(event());
  tick();
  start();
  there_->refuses = 15;
  there_way_->deliver(held);
  tick();
  EXPECT_EQ(verdict().samples, 0U);
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell) << verdict().reason;
}

TEST_F(LanesOfShipping, CountNothingOfWhatAnOperatorHasSentOnceMore) {
  bring(*here_way_, *here_, 100, 50);
  bring(*there_way_, *there_, 40, 50);
  const auto before = verdict();
  std::vector<Envelope> all;
  for (int i = 0; i < 300; ++i) all.push_back(event());
  for (Envelope& each : all) each.again = true;
  clock_.advance(std::chrono::hours(24));
  there_way_->deliver(all);
  here_way_->deliver(all);
  tick();
  EXPECT_EQ(verdict().samples + verdict().before, before.samples + before.before);
  EXPECT_NE(verdict().judgement, Judgement::Worse);
}

TEST_F(LanesOfShipping, HoldWhatThisProcessCouldNotDoAgainstNobody) {
  const std::vector<Envelope> some{event()};
  here_->outage = Error{ErrorCode::Unavailable, "banyan.database_full", "the disk is full", {}};
  here_way_->deliver(some);
  for (const char* rule : {"banyan.out_of_sockets", "banyan.fault", "banyan.answer_too_large"}) {
    there_->outage = Error{ErrorCode::Unavailable, rule, "not asked", {}};
    there_way_->deliver(some);
  }
  there_->outage = Error{ErrorCode::InvalidArgument, "banyan.unsendable", "not HTTP", {}};
  there_way_->deliver(some);
  there_->outage = Error{ErrorCode::ResourceExhausted, "x.busy", "not so fast", {}};
  there_way_->deliver(some);
  tick();
  EXPECT_EQ(verdict().samples + verdict().before, 0U);
}

TEST_F(LanesOfShipping, HoldAServiceThatIsAwayAgainstIt) {
  bring(*here_way_, *here_, 4, 50);
  const std::vector<Envelope> some{event(), event()};
  there_->outage = Error{ErrorCode::Unavailable, "banyan.unreachable", "nobody is there", {}};
  for (int attempt = 0; attempt < 5; ++attempt) there_way_->deliver(some);
  tick();
  EXPECT_EQ(verdict().samples, 1U) << "nobody was asked about the second one";
  EXPECT_EQ(verdict().findings.front().suspect.hits, 1U);
}

// A proxy that stands before the service, or a server of something else.
TEST_F(LanesOfShipping, HoldWhatAStrangerAnswersInItsPlaceAgainstIt) {
  for (const ErrorCode code : {ErrorCode::PermissionDenied, ErrorCode::ResourceExhausted}) {
    there_->outage = Error{code, "banyan.foreign_answer", "who are you?", {}};
    there_way_->deliver(std::vector<Envelope>{event()});
  }
  tick();
  EXPECT_EQ(verdict().samples, 2U);
}

TEST_F(LanesOfShipping, CountNoLagOfWhatHasWaitedForThisProcess) {
  bring(*here_way_, *here_, 100, 50);
  const std::vector<Envelope> waited{event(), event()};
  there_->outage = Error{ErrorCode::Unavailable, "banyan.out_of_sockets", "no socket", {}};
  there_way_->deliver(waited);
  there_->outage.reset();
  clock_.advance(std::chrono::minutes(10));
  for (int i = 0; i < 100; ++i) there_way_->deliver(waited);
  tick();
  EXPECT_EQ(verdict().samples, 200U);
  EXPECT_NE(verdict().judgement, Judgement::Worse) << verdict().reason;
  bring(*there_way_, *there_, 300, 50);
  EXPECT_EQ(verdict().judgement, Judgement::BetterOrEqual) << verdict().reason;
}

TEST_F(LanesOfShipping, FindThatTheServiceLags) {
  bring(*here_way_, *here_, 100, 50);
  for (int i = 0; i < 100; ++i) {
    std::vector<Envelope> all;
    for (int k = 0; k < 50; ++k) all.push_back(event());
    clock_.advance(std::chrono::seconds(5));
    there_way_->deliver(all);
    tick();
  }
  EXPECT_EQ(verdict().judgement, Judgement::Worse);
  EXPECT_THAT(verdict().reason, HasSubstr("took longer than the usual median"));
}

// One event waits at the start, and each that follows is published before the one before it is
// done.
TEST_F(LanesOfShipping, FindThatTheServiceLagsAlsoWhereItIsNeverIdle) {
  bring(*here_way_, *here_, 100, 50);
  lanes_->end();
  std::deque<Envelope> under_way{event()};
  tick();
  start();
  constexpr std::size_t kTicksEach = 12;  // three seconds
  for (int i = 0; i < 400; ++i) {
    under_way.push_back(event());
    if (under_way.size() > kTicksEach) {
      there_way_->deliver(std::vector<Envelope>{under_way.front()});
      under_way.pop_front();
    }
    tick();
  }
  EXPECT_EQ(verdict().judgement, Judgement::Worse) << verdict().reason;
  EXPECT_THAT(verdict().reason, HasSubstr("took longer than the usual median"));
}

TEST_F(LanesOfShipping, CountNoLagWhileTheProcessCatchesUp) {
  bring(*here_way_, *here_, 100, 50);
  std::deque<Envelope> waiting;
  const auto deliver = [&] {
    there_way_->deliver(std::vector<Envelope>{waiting.front()});
    if (!there_->outage) waiting.pop_front();
  };
  const auto a_minute = [&](int at_once) {
    for (int i = 0; i < 240; ++i) {
      waiting.push_back(event());
      for (int k = 0; k < at_once && !waiting.empty(); ++k) deliver();
      tick();
    }
  };
  there_->outage = Error{ErrorCode::Unavailable, "banyan.out_of_sockets", "no socket", {}};
  a_minute(1);
  ASSERT_EQ(waiting.size(), 240U);
  there_->outage.reset();
  for (int minute = 0; minute < 5; ++minute) a_minute(2);
  EXPECT_TRUE(waiting.empty());
  EXPECT_NE(verdict().judgement, Judgement::Worse) << verdict().reason;
}

TEST_F(LanesOfShipping, CountNeitherWhatComesLaterNorWhatNobodyFollowsOrIsGivenUp) {
  const std::vector<Envelope> first{event()};
  there_->refuses = 1;
  there_->instead = Delivery::Outcome::Later;
  there_way_->deliver(first);
  there_way_->deliver(std::vector<Envelope>{event("payments.payment_refused.v1")});
  Envelope given_up = event();
  given_up.skip = true;
  there_way_->deliver(std::vector<Envelope>{given_up});
  tick();
  EXPECT_EQ(verdict().samples, 0U);
}

class PlansOfShipping : public LanesOfShipping {
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
                                   .work = lanes_.get()}};
  strangler::PlanDesk desk_{board_, clock_, {}, &conductor_};
};

TEST_F(PlansOfShipping, StopForALaneThatWasWorseBeforeTheyBegan) {
  bring(*here_way_, *here_, 100, 50);
  bring(*there_way_, *there_, 40, 50, 10);
  ASSERT_EQ(verdict().judgement, Judgement::Worse);
  ASSERT_TRUE(desk_.order("shipping", {}, {"ann@desk", "all is quiet"}));
  conductor_.tick();
  EXPECT_EQ(plan().state, strangler::PlanState::NeedsPerson) << plan().reason;
  EXPECT_EQ(verdict().judgement, Judgement::Worse) << "nobody has looked into it";
}

TEST_F(PlansOfShipping, StopForALaneThatIsWorseUntilAPersonTakesThemUpAgain) {
  ASSERT_TRUE(desk_.order("shipping", {}, {"ann@desk", "all is quiet"}));
  bring(*here_way_, *here_, 100, 50);
  conductor_.tick();
  ASSERT_EQ(plan().state, strangler::PlanState::Running) << plan().reason;
  bring(*there_way_, *there_, 40, 50, 10);
  conductor_.tick();
  EXPECT_EQ(plan().state, strangler::PlanState::NeedsPerson);
  EXPECT_THAT(plan().reason, HasSubstr("events of payments"));
  EXPECT_EQ(plan().verdicts.back().operation, "events of payments");
  const auto reads = [&] { return to_string(store_->stand()->find("shipping")->traffic.reads); };
  EXPECT_EQ(reads(), "1%") << "nothing goes back by itself";

  ASSERT_TRUE(desk_.order("shipping",
                          {.verb = strangler::PlanVerb::Resume, .despite = {.force = true}},
                          {"ann@desk", "the service is mended"}));
  conductor_.tick();
  EXPECT_EQ(verdict().judgement, Judgement::CannotTell);
  EXPECT_THAT(verdict().reason, HasSubstr("none was handled elsewhere since it was judged anew"));
  bring(*there_way_, *there_, 40, 50);
  conductor_.tick();
  EXPECT_EQ(plan().state, strangler::PlanState::Running) << plan().reason;
  EXPECT_EQ(reads(), "1%");
}

}  // namespace
}  // namespace banyan::host
