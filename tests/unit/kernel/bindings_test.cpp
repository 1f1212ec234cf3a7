// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/bindings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "banyan/kernel/fallback.hpp"
#include "banyan/kernel/memory_store.hpp"
#include "support/demo_port.hpp"

namespace banyan {
namespace {

using std::chrono::milliseconds;

struct Seen final : CallObserver {
  void called(const Call& call) noexcept override {
    lines.push_back(std::string(call.operation) + (call.error != nullptr ? " failed" : " ok"));
  }
  void fault(const Call& /*call*/, std::string_view what) noexcept override {
    faults.emplace_back(what);
  }
  std::vector<std::string> lines;
  std::vector<std::string> faults;
};

struct InProcessBinding : testing::Test {
  ManualClock clock;
  demo::ScriptedDemo module;
  Seen seen;
  std::unique_ptr<demo::Demo> port = bind_in_process<demo::Demo>(module, seen, clock);
  Context context = Context::begin(milliseconds(100), clock, system_random());
};

TEST_F(InProcessBinding, AnswersWhatTheModuleAnswers) {
  EXPECT_EQ(port->handle(demo::Echo{"hi"}, context)->text, "hi");
  EXPECT_EQ(seen.lines, std::vector<std::string>{"echo ok"});
}

TEST_F(InProcessBinding, RefusesACallWhileAUnitOfWorkIsOpen) {
  const OpenUnitOfWork open;
  const auto answer = port->handle(demo::Echo{"hi"}, context);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().rule, "banyan.call_inside_unit_of_work");
}

TEST_F(InProcessBinding, RefusesACallWhoseDeadlineHasPassed) {
  clock.advance(milliseconds(100));
  EXPECT_EQ(port->handle(demo::Echo{"hi"}, context).error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(InProcessBinding, GivesNoAnswerThatComesAfterTheDeadline) {
  module.on_echo = [this](const demo::Echo& op, const Context&) {
    clock.advance(milliseconds(200));
    return demo::Echoed{op.text};
  };
  EXPECT_EQ(port->handle(demo::Echo{"hi"}, context).error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(InProcessBinding, LetsADeclaredErrorPass) {
  module.on_echo = [](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
    return fail(ErrorCode::Conflict, "demo.refused", "no");
  };
  EXPECT_EQ(port->handle(demo::Echo{"hi"}, context).error().rule, "demo.refused");
}

/// What a store says of a unit of work that has not happened.
Error disk_full() {
  return {ErrorCode::Unavailable, "banyan.storage_full", "full; nothing was changed", {}};
}

struct NoTables {};

/// A module that keeps something and then meets a full disk, which `trouble` tells of.
struct AfterACommit : InProcessBinding {
  Result<demo::Echoed> store(const std::function<Result<demo::Echoed>()>& trouble) {
    module.on_store = [this, trouble](const demo::Store&, const Context& own) {
      const auto kept = tables.write(own, [](NoTables&) -> Result<void> { return {}; });
      EXPECT_TRUE(kept);
      return trouble();
    };
    return port->handle(demo::Store{"hi"}, context.with_key("key"));
  }
  MemoryStore<NoTables, NoTables, NoTables> tables{{}, clock};
};

TEST_F(AfterACommit, NoAnswerSaysThatNothingWasChanged) {
  const auto told = [](const Result<demo::Echoed>& answer) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().rule, "banyan.outcome_unknown");
    EXPECT_EQ(answer.error().code, ErrorCode::DeadlineExceeded);
    EXPECT_THAT(answer.error().message, testing::HasSubstr("a part of it was done"));
    EXPECT_THAT(answer.error().message, testing::HasSubstr("banyan.storage_full"));
    EXPECT_THAT(answer.error().message, testing::Not(testing::HasSubstr("nothing was changed")));
  };
  told(store([]() -> Result<demo::Echoed> { return fail(disk_full()); }));
  told(store([]() -> Result<demo::Echoed> { throw OperationalFault(disk_full(), "full"); }));
}

TEST_F(AfterACommit, WhatTheModuleItselfRefusesStays) {
  const auto answer = store([]() -> Result<demo::Echoed> {
    return fail(ErrorCode::Conflict, "demo.full", "no room for more");
  });
  EXPECT_EQ(answer.error().rule, "demo.full");
}

TEST_F(AfterACommit, ACallerThatIsAModuleItselfIsOneThatChangedSomethingToo) {
  demo::ScriptedDemo caller;
  const auto outer = bind_in_process<demo::Demo>(caller, seen, clock);
  caller.on_store = [this](const demo::Store&, const Context&) -> Result<demo::Echoed> {
    EXPECT_TRUE(store([] { return demo::Echoed{"kept"}; }));
    return fail(disk_full());
  };
  EXPECT_EQ(outer->handle(demo::Store{"hi"}, context.with_key("key")).error().rule,
            "banyan.outcome_unknown");
}

TEST_F(AfterACommit, TheNextCallBeginsAnew) {
  EXPECT_TRUE(store([] { return demo::Echoed{"kept"}; }));
  module.on_store = [](const demo::Store&, const Context&) -> Result<demo::Echoed> {
    return fail(disk_full());
  };
  EXPECT_EQ(port->handle(demo::Store{"hi"}, context.with_key("key")).error().rule,
            "banyan.storage_full");
}

TEST_F(InProcessBinding, TurnsAnUndeclaredErrorIntoAnInternalOneThatSaysSo) {
  module.on_echo = [](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
    return fail(ErrorCode::Conflict, "demo.surprise", "no");
  };
  const Error error = port->handle(demo::Echo{"hi"}, context).error();
  EXPECT_EQ(error.code, ErrorCode::Internal);
  EXPECT_EQ(error.rule, "banyan.undeclared_error");
  EXPECT_THAT(error.message, testing::HasSubstr("demo.surprise"));
}

TEST_F(InProcessBinding, HidesAnExceptionFromTheCallerAndShowsItToTheObserver) {
  module.on_echo = [](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
    throw std::runtime_error("password=hunter2");
  };
  const Error error = port->handle(demo::Echo{"hi"}, context).error();
  EXPECT_EQ(error.rule, "banyan.fault");
  EXPECT_EQ(error.message.find("hunter2"), std::string::npos);
  EXPECT_EQ(seen.faults, std::vector<std::string>{"password=hunter2"});
}

TEST_F(InProcessBinding, RefusesAByKeyOperationWithoutAKey) {
  EXPECT_EQ(port->handle(demo::Store{"x"}, context).error().rule, "banyan.idempotency_key_missing");
  EXPECT_TRUE(port->handle(demo::Store{"x"}, context.with_key("k")));
}

TEST_F(InProcessBinding, RefusesAKeyThatCouldNotCrossTheWire) {
  for (const std::string& key : {std::string(), std::string("two words"), std::string(256, 'k')}) {
    EXPECT_EQ(port->handle(demo::Store{"x"}, context.with_key(key)).error().rule,
              "banyan.idempotency_key_malformed");
  }
}

struct FixedTable final : RoutingTable {
  Side side = Side::Local;
  mutable int asked = 0;
  RoutingDecision decide(std::string_view module, Effect, std::string_view) const override {
    ++asked;
    return {std::string(module), side, 7, 2};
  }
};

struct RoutedBinding : testing::Test {
  RoutedBinding() {
    here.on_echo = [this](const demo::Echo&, const Context& got) {
      carried = got.routing;
      return demo::Echoed{"here"};
    };
    here.on_store = [](const demo::Store&, const Context&) { return demo::Echoed{"here"}; };
    there.on_store = [](const demo::Store&, const Context&) { return demo::Echoed{"there"}; };
    there.on_echo = [this](const demo::Echo&, const Context& got) {
      carried = got.routing;
      return demo::Echoed{"there"};
    };
  }
  demo::ScriptedDemo here, there;
  FixedTable table;
  std::vector<RoutingDecision> carried;
  std::unique_ptr<demo::Demo> port = bind_routed<demo::Demo>(here, there, table);
  Context context = Context::begin(milliseconds(1000), system_clock(), system_random());
};

TEST_F(RoutedBinding, GoesWhereTheTableSays) {
  EXPECT_EQ(port->handle(demo::Echo{""}, context)->text, "here");
  table.side = Side::Remote;
  EXPECT_EQ(port->handle(demo::Echo{""}, context)->text, "there");
}

TEST_F(RoutedBinding, KeepsADecisionThatTheRequestCarries) {
  context.routing.push_back({"demo", Side::Remote, 3});
  EXPECT_EQ(port->handle(demo::Echo{""}, context)->text, "there");
  EXPECT_EQ(table.asked, 0);
}

TEST_F(RoutedBinding, SendsAWriteToTheOneWriterWhateverWasDecidedForReads) {
  context.routing.push_back({"demo", Side::Remote, 3});
  EXPECT_EQ(port->handle(demo::Store{""}, context.with_key("k"))->text, "here");
}

TEST_F(RoutedBinding, HandsItsDecisionOn) {
  table.side = Side::Remote;
  ASSERT_TRUE(port->handle(demo::Echo{""}, context));
  EXPECT_EQ(carried, (std::vector<RoutingDecision>{{"demo", Side::Remote, 7, 2}}));
}

struct ScriptedGate final : FallbackGate {
  bool open = true;
  /// By which rules the service has failed; "" where it was not asked.
  std::vector<std::string> asked;
  bool opens(const Call& call) noexcept override {
    asked.push_back(call.error != nullptr ? call.error->rule : std::string());
    side = call.context.routed(call.port.name)->side;
    return open;
  }
  std::optional<Side> side;  ///< that the call was decided for
};

/// A routed port with a gate, whose service is dead.
struct ComingHome : RoutedBinding {
  ComingHome() {
    port = bind_routed<demo::Demo>(here, there, table, &gate);
    table.side = Side::Remote;
    there.on_echo = [this](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
      ++asked_there;
      return fail(dead);
    };
    there.on_store = [this](const demo::Store&, const Context&) -> Result<demo::Echoed> {
      return fail(dead);
    };
  }
  Result<demo::Echoed> read() { return port->handle(demo::Echo{""}, context); }

  Error dead{ErrorCode::Unavailable, "banyan.unreachable", "nobody there", {}};
  int asked_there = 0;
  ScriptedGate gate;
};

TEST_F(ComingHome, AReadIsAnsweredHereWhereTheGateLetsIt) {
  const auto answer = read();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->text, "here");
  EXPECT_EQ(gate.asked, std::vector<std::string>{"banyan.unreachable"});
  EXPECT_EQ(gate.side, Side::Remote);
  EXPECT_EQ(carried, (std::vector<RoutingDecision>{{"demo", Side::Local, 7, 2}}))
      << "what it asks in turn is at home, too, by the same table and epoch";
}

TEST_F(ComingHome, AReadThatWasDecidedAtTheEdgeIsAnsweredHereToo) {
  context.routing.push_back({"demo", Side::Remote, 3});
  EXPECT_EQ(read()->text, "here");
  EXPECT_EQ(table.asked, 0);
}

TEST_F(ComingHome, NothingIsAnsweredHereThatTheGateDoesNotLet) {
  gate.open = false;
  const auto answer = read();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().rule, "banyan.unreachable");
  EXPECT_TRUE(carried.empty());
}

TEST_F(ComingHome, WhatTheModuleItselfRefusesIsItsAnswer) {
  dead = {ErrorCode::Unavailable, "demo.refused", "not today", {}};
  EXPECT_EQ(read().error().rule, "demo.refused");
  EXPECT_TRUE(gate.asked.empty());
}

TEST_F(ComingHome, AWriteNeverDoes) {
  EXPECT_EQ(port->handle(demo::Store{""}, context.with_key("k")).error().rule,
            "banyan.unreachable");
  EXPECT_TRUE(gate.asked.empty());
}

TEST_F(ComingHome, AnActionStaysOnceItHasCome) {
  context.brought_home = std::make_shared<BroughtHome>();
  EXPECT_EQ(read()->text, "here");
  there.on_echo = [this](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
    ++asked_there;
    return demo::Echoed{"there"};
  };
  EXPECT_EQ(read()->text, "here") << "though the service is well again";
  EXPECT_EQ(asked_there, 1);
  EXPECT_EQ(gate.asked, (std::vector<std::string>{"banyan.unreachable", ""}));
}

TEST_F(ComingHome, AnActionGoesThereAgainOnceItMayNotStay) {
  context.brought_home = std::make_shared<BroughtHome>();
  EXPECT_EQ(read()->text, "here");
  gate.open = false;
  EXPECT_EQ(read().error().rule, "banyan.unreachable");
  EXPECT_EQ(asked_there, 2);
  EXPECT_EQ(gate.asked.size(), 2U) << "and the gate is asked once a call";
  EXPECT_FALSE(is_home(context, "demo")) << "so that others who are asked do not stay either";
}

TEST_F(ComingHome, OfOneActionSaysNothingAboutOthers) {
  context.brought_home = std::make_shared<BroughtHome>();
  EXPECT_EQ(read()->text, "here");
  EXPECT_TRUE(is_home(context, "demo"));
  EXPECT_FALSE(is_home(context, "another"));
  context.brought_home = nullptr;
  EXPECT_FALSE(is_home(context, "demo"));
}

TEST_F(ComingHome, WhatFailsHereAsWellSaysSo) {
  here.on_echo = [](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
    return fail(ErrorCode::Unavailable, "banyan.storage_busy", "busy");
  };
  EXPECT_EQ(read().error().rule, "banyan.storage_busy");
  EXPECT_EQ(asked_there, 1);
}

}  // namespace
}  // namespace banyan
