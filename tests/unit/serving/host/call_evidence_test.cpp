// SPDX-License-Identifier: Apache-2.0
// Calls between modules as evidence for a plan: on which side each was, and how it ended there.
#include "call_evidence.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <utility>

#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/fallback.hpp"
#include "banyan/stages/switchboard.hpp"
#include "demo_host.hpp"

namespace banyan::host {
namespace {

using strangler::Group;
using strangler::Percent;
using strangler::Window;

/// Lets the module here answer when the test says so.
class OpenGate final : public FallbackGate {
 public:
  std::atomic<bool> open = false;
  bool opens(const Call& /*call*/) noexcept override { return open; }
};

/// A module here and its service, as another module calls them while a rollout goes on.
class CallsOfARoutedModule : public testing::Test {
 protected:
  CallsOfARoutedModule() {
    EXPECT_TRUE(store_->enlist({"demo"}));
    EXPECT_TRUE(stages_->refresh());
  }

  void shift(const strangler::Switchboard::Order& order) {
    const auto done = board_.shift("demo", order, {"ann", "a test"});
    ASSERT_TRUE(done) << done.error().message;
  }
  static Context of(int user) {
    Context context = Context::begin(std::chrono::seconds(10), system_clock(), system_random());
    context.stickiness_key = "user" + std::to_string(user);
    return context;
  }
  void read(int times) {
    for (int user = 0; user < times; ++user) {
      (void)port_->handle(demo::GetThing{demo::thing_id(1)}, of(user));
    }
  }
  void write(int times) {
    for (int i = 0; i < times; ++i) {
      (void)port_->handle(demo::MakeThing{"a thing", std::nullopt, {}, {}},
                          of(i).with_key("key-" + std::to_string(i)));
    }
  }
  Window seen(const char* operation, Group group) {
    return evidence_.of("demo", operation).read(group);
  }

  const test::TemporaryFolder folder_;
  std::unique_ptr<Scheduler> scheduler_ = make_thread_scheduler();
  std::unique_ptr<strangler::ControlStore> store_ =
      strangler::ControlStore::open((folder_.path() / "control.db").string(), system_clock())
          .value();
  std::unique_ptr<strangler::Stages> stages_ =
      strangler::Stages::make(*store_, *scheduler_).value();
  strangler::Switchboard board_{*store_, strangler::open_topology(), stages_.get()};
  strangler::TrafficEvidence evidence_;
  strangler::Conductor conductor_{
      {.board = board_,
       .evidence = evidence_,
       .operations = [](std::string_view) { return std::vector<strangler::JudgedOperation>{}; },
       .clock = system_clock(),
       .seat = (folder_.path() / "seat").string(),
       .note = {}}};
  const std::vector<ModuleEntry> table_{demo_entry(Linkage::Routed, "here", [](NamedDemo&) {})};
  CallEvidence witness_{{evidence_, *stages_, conductor_}, table_};
  NamedDemo here_{"here"}, there_{"there"};
  const std::unique_ptr<demo::Demo> old_side_ =
      bind_in_process<demo::Demo>(here_, no_observer(), system_clock());
  const std::unique_ptr<demo::Demo> new_side_ =
      bind_in_process<demo::Demo>(there_, no_observer(), system_clock());
  OpenGate gate_;
  const std::unique_ptr<demo::Demo> port_ = witness_calls<demo::Demo>(
      *old_side_, *new_side_, {*stages_, witness_, &gate_, system_clock()});
};

TEST_F(CallsOfARoutedModule, CountOnTheSideThatTheSwitchSendsThemToAsRequestsDo) {
  shift({.reads = Percent::of_hundredths(25'00).value(), .writes = {}});
  read(400);
  const std::uint64_t of_new = seen("demo.get_thing", Group::New).requests;
  EXPECT_EQ(of_new, static_cast<std::uint64_t>(there_.calls.load()));
  EXPECT_GT(of_new, 50U);
  EXPECT_LT(of_new, 150U);
  const std::uint64_t control = seen("demo.get_thing", Group::Control).requests;
  EXPECT_GT(control, 50U) << "as many users, from the other end of the same hash";
  EXPECT_EQ(of_new + control + seen("demo.get_thing", Group::Old).requests, 400U);
  EXPECT_EQ(seen("demo.get_thing", Group::New).failures(), 0U);
}

TEST_F(CallsOfARoutedModule, GoByTheDecisionThatTheActionCarries) {
  Context decided = of(1);
  decided.routing.push_back({"demo", Side::Remote, 3});
  ASSERT_TRUE(port_->handle(demo::GetThing{demo::thing_id(1)}, decided));
  EXPECT_EQ(seen("demo.get_thing", Group::New).requests, 1U);
  EXPECT_EQ(there_.calls, 1);
}

TEST_F(CallsOfARoutedModule, OfATesterProveNothing) {
  Context tester = of(1);
  tester.routing.push_back({.module = "demo", .side = Side::Remote, .forced = true});
  ASSERT_TRUE(port_->handle(demo::GetThing{demo::thing_id(1)}, tester));
  EXPECT_EQ(there_.calls, 1);
  EXPECT_EQ(seen("demo.get_thing", Group::New).requests, 0U);
}

TEST_F(CallsOfARoutedModule, OfACopyProveNothing) {
  shift({.reads = Percent::all(), .writes = {}});
  Context copied = of(1);
  copied.copy = true;
  ASSERT_TRUE(port_->handle(demo::GetThing{demo::thing_id(1)}, copied));
  EXPECT_EQ(there_.calls, 1);
  EXPECT_EQ(seen("demo.get_thing", Group::New).requests, 0U);
}

TEST_F(CallsOfARoutedModule, SpeakAgainstASideThatFailsAndNotForOneWhoseRuleWasBroken) {
  shift({.reads = Percent::all(), .writes = {}});
  there_.inside = [] { throw std::runtime_error("the disk is gone"); };
  read(10);
  EXPECT_EQ(seen("demo.get_thing", Group::New).errors, 10U);
  (void)port_->handle(demo::MakeThing{"taken", std::nullopt, {}, {}}, of(1).with_key("key"));
  EXPECT_EQ(seen("demo.make_thing", Group::Control).failures(), 0U);
}

TEST_F(CallsOfARoutedModule, AreWritesOfOneSideAndThenOfTheOther) {
  write(5);
  EXPECT_EQ(seen("demo.make_thing", Group::Control).requests, 5U);
  shift({.reads = Percent::all(), .writes = Side::Remote});
  write(7);
  EXPECT_EQ(seen("demo.make_thing", Group::Control).requests, 5U);
  EXPECT_EQ(seen("demo.make_thing", Group::New).requests, 7U);
  EXPECT_EQ(there_.calls, 7);
}

TEST_F(CallsOfARoutedModule, SayNothingWhereThisProcessWasNotAbleToAskOrTheKitHasRefused) {
  shift({.reads = Percent::all(), .writes = {}});
  const std::pair<ErrorCode, const char*> all[] = {
      {ErrorCode::Unavailable, "banyan.out_of_sockets"},
      {ErrorCode::Unavailable, "banyan.fault"},
      {ErrorCode::Unavailable, "banyan.answer_too_large"},
      {ErrorCode::InvalidArgument, "banyan.unsendable"}};
  for (const auto& [code, rule] : all) {
    there_.inside = [code, rule] { throw OperationalFault({code, rule, "", {}}, "a test"); };
    read(1);
    EXPECT_EQ(seen("demo.get_thing", Group::New).requests, 0U) << rule;
  }
  there_.inside = [] {
    throw OperationalFault({ErrorCode::Unavailable, "banyan.unreachable", "", {}}, "a test");
  };
  read(1);
  EXPECT_EQ(seen("demo.get_thing", Group::New).errors, 1U) << "nobody there is the side's";
}

TEST_F(CallsOfARoutedModule, SpeakAgainstASideInWhosePlaceSomebodyElseAnswers) {
  shift({.reads = Percent::all(), .writes = {}});
  there_.inside = [] {
    throw OperationalFault({ErrorCode::PermissionDenied, "banyan.foreign_answer", "", {}},
                           "a test");
  };
  read(1);
  EXPECT_EQ(seen("demo.get_thing", Group::New).errors, 1U);
}

TEST_F(CallsOfARoutedModule, AreTheServicesFailureThoughTheModuleHereAnswersInItsPlace) {
  shift({.reads = Percent::all(), .writes = {}});
  gate_.open = true;
  there_.inside = [] {
    throw OperationalFault({ErrorCode::Unavailable, "banyan.unreachable", "", {}}, "a test");
  };
  const auto answer = port_->handle(demo::GetThing{demo::thing_id(1)}, of(1));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->name, "here");
  const Window of_new = seen("demo.get_thing", Group::New);
  EXPECT_EQ(of_new.requests, 1U);
  EXPECT_EQ(of_new.fallbacks, 1U);
  EXPECT_EQ(of_new.failures(), 1U);
  EXPECT_EQ(seen("demo.get_thing", Group::Old).requests, 0U) << "it was asked in another's place";
  EXPECT_EQ(seen("demo.get_thing", Group::Control).requests, 0U);
}

TEST_F(CallsOfARoutedModule, ComeHomeAndAreNobodysFailureWhereThisProcessCouldNotAsk) {
  shift({.reads = Percent::all(), .writes = {}});
  gate_.open = true;
  there_.inside = [] {
    throw OperationalFault({ErrorCode::Unavailable, "banyan.out_of_sockets", "", {}}, "a test");
  };
  EXPECT_TRUE(port_->handle(demo::GetThing{demo::thing_id(1)}, of(1)));
  EXPECT_EQ(here_.calls, 1);
  EXPECT_EQ(seen("demo.get_thing", Group::New).requests, 0U);
}

TEST_F(CallsOfARoutedModule, SayNothingMoreOfAServiceThatTheActionDoesNotAskAgain) {
  shift({.reads = Percent::all(), .writes = {}});
  gate_.open = true;
  there_.inside = [] {
    throw OperationalFault({ErrorCode::Unavailable, "banyan.unreachable", "", {}}, "a test");
  };
  Context action = of(1);
  action.brought_home = std::make_shared<BroughtHome>();
  for (int call = 0; call < 3; ++call) {
    EXPECT_TRUE(port_->handle(demo::GetThing{demo::thing_id(1)}, action));
  }
  EXPECT_EQ(there_.calls, 1);
  EXPECT_EQ(here_.calls, 3);
  EXPECT_EQ(seen("demo.get_thing", Group::New).requests, 1U);
  EXPECT_EQ(seen("demo.get_thing", Group::New).fallbacks, 1U);
  EXPECT_EQ(seen("demo.get_thing", Group::Old).requests, 0U) << "nor for the module here";
  EXPECT_EQ(seen("demo.get_thing", Group::Control).requests, 0U);
  EXPECT_EQ(witness_.recent_here("demo", system_clock().steady()), 0U)
      << "what comes out of the budget does not widen it";
}

TEST_F(CallsOfARoutedModule, AreCountedHereForTheBudgetOfWhatComesHome) {
  EXPECT_EQ(witness_.recent_here("demo", system_clock().steady()), 0U);
  read(3);
  EXPECT_EQ(witness_.recent_here("demo", system_clock().steady()), 3U);
  shift({.reads = Percent::all(), .writes = {}});
  read(3);
  EXPECT_EQ(witness_.recent_here("demo", system_clock().steady()), 3U) << "the others were there";
  EXPECT_EQ(witness_.recent_here("demo", system_clock().steady() + std::chrono::seconds(20)), 0U);
  EXPECT_EQ(witness_.recent_here("nobody", system_clock().steady()), 0U);
}

TEST_F(CallsOfARoutedModule, SayNothingWhenTheirCallerWasInAHurry) {
  shift({.reads = Percent::all(), .writes = {}});
  const demo::GetThing get{demo::thing_id(1)};
  const auto in = [](std::chrono::milliseconds time) {
    return Context::begin(time, system_clock(), system_random());
  };
  ASSERT_TRUE(port_->handle(get, in(kFairTime - std::chrono::milliseconds(1))));
  EXPECT_EQ(seen("demo.get_thing", Group::New).requests, 0U) << "nor in its favour";
  there_.inside = [] {
    throw OperationalFault({ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded", "", {}},
                           "a test");
  };
  EXPECT_FALSE(port_->handle(get, in(kFairTime - std::chrono::milliseconds(1))));
  EXPECT_EQ(seen("demo.get_thing", Group::New).timeouts, 0U);
  EXPECT_FALSE(port_->handle(get, in(10 * kFairTime)));
  EXPECT_EQ(seen("demo.get_thing", Group::New).timeouts, 1U) << "with time, a side that hangs is";
}

TEST_F(CallsOfARoutedModule, SayNothingWhenTheyWereLateBeforeTheyBegan) {
  const Context late =
      Context::begin(std::chrono::milliseconds(0), system_clock(), system_random());
  EXPECT_FALSE(port_->handle(demo::GetThing{demo::thing_id(1)}, late));
  for (const Group group : {Group::New, Group::Control, Group::Old}) {
    EXPECT_EQ(seen("demo.get_thing", group).requests, 0U);
  }
}

}  // namespace
}  // namespace banyan::host
