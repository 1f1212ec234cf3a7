// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>

#include "banyan/binding/loopback_transport.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/kernel/bindings.hpp"
#include "demo_port.hpp"

namespace {

using banyan::Context;
using banyan::Error;
using banyan::ErrorCode;
using banyan::ManualClock;
using banyan::Side;
using banyan::binding::LoopbackTransport;
using banyan::binding::OperationTable;
using banyan::binding::PortBinding;
using namespace std::chrono_literals;

class Recorder final : public banyan::CallObserver {
 public:
  void called(const Call& call) noexcept override {
    lines.push_back(std::string(call.port) + '.' + std::string(call.operation) + ' ' +
                    std::string(call.binding) + ' ' +
                    (call.error == nullptr ? "ok" : call.error->rule));
  }
  void fault(const Call& call, std::string_view what) noexcept override {
    faults.push_back(std::string(call.operation) + ": " + std::string(what));
  }
  std::vector<std::string> lines;
  std::vector<std::string> faults;
};

/// The same module behind two bindings, which must not be told apart.
class Rehearsal : public testing::Test {
 protected:
  template <class Op>
  void expect_same(const Op& operation) {
    const auto near = in_process->handle(operation, context);
    const auto far = rehearsed->handle(operation, context);
    ASSERT_EQ(near.has_value(), far.has_value());
    if (near) {
      if constexpr (!std::is_void_v<typename Op::Response>) {
        EXPECT_EQ(*near, *far);
      }
    } else {
      EXPECT_EQ(near.error(), far.error());
    }
  }

  Context make_context() {
    Context made = Context::begin(5s, clock, random).with_key("key-1");
    made.principal = "somebody@example.org";
    made.stickiness_key = "unit 7";
    made.trace.state = "a=1";
    made.routing = {{"demo", Side::Remote, 12, 4}};
    return made;
  }

  ManualClock clock;
  banyan::SeededRandom random{1};
  Recorder server_side;
  Recorder client_side;
  demo::DemoModule module;
  OperationTable table{PortBinding<demo::Demo>::bind(module, server_side, clock)};
  LoopbackTransport transport{table, clock, random};
  std::unique_ptr<demo::Demo> in_process =
      banyan::bind_in_process<demo::Demo>(module, banyan::no_observer(), clock);
  std::unique_ptr<demo::Demo> rehearsed =
      PortBinding<demo::Demo>::remote(transport, client_side, "rehearsal", clock);
  Context context = make_context();
};

const demo::MakeThing kLamp{
    "lämp \"x\" \n", demo::Colour::DarkBlue, {{"bulb", -2}, {"", 0}}, {-999, "USD"}};

TEST_F(Rehearsal, GivesTheSameAnswersAsACallInTheProcess) {
  expect_same(demo::GetThing{demo::thing_id(1)});
  expect_same(demo::FindThings{"", std::nullopt, {}, std::nullopt});
  expect_same(demo::FindThings{
      "a&b=c d+e%f/ä\n", demo::Colour::Red, {demo::thing_id(1), demo::thing_id(2)}, 5});
  expect_same(kLamp);
  expect_same(demo::RenameThing{demo::thing_id(3), ""});
  expect_same(demo::PolishThing{demo::thing_id(4)});
  expect_same(demo::BreakThing{"50% of a+b?"});
}

TEST_F(Rehearsal, GivesTheSameErrorsAsACallInTheProcess) {
  module.error = Error{ErrorCode::Conflict,
                       "demo.name_taken",
                       "taken \"by\" ä",
                       {{"/name", "taken"}, {"", "try another"}}};
  expect_same(kLamp);
  EXPECT_EQ(rehearsed->handle(kLamp, context).error(), *module.error);
}

TEST_F(Rehearsal, GivesErrorsOfTheKitUnchanged) {
  module.error = Error{ErrorCode::Unavailable, "banyan.busy", "later", {}};
  expect_same(demo::GetThing{demo::thing_id(1)});
}

TEST_F(Rehearsal, TurnsUndeclaredErrorsIntoInternal) {
  module.error = Error{ErrorCode::NotFound, "demo.surprise", "", {}};
  expect_same(kLamp);

  const auto answer = rehearsed->handle(kLamp, context);

  EXPECT_EQ(answer.error().code, ErrorCode::Internal);
  EXPECT_EQ(answer.error().rule, "banyan.undeclared_error");
}

TEST_F(Rehearsal, TurnsExceptionsIntoInternalAndTellsOnlyTheLog) {
  module.before = [] { throw std::runtime_error("secret detail"); };
  expect_same(kLamp);

  const auto answer = rehearsed->handle(kLamp, context);

  EXPECT_EQ(answer.error().rule, "banyan.fault");
  EXPECT_EQ(answer.error().message.find("secret"), std::string::npos);
  EXPECT_EQ(server_side.faults.back(), "make_thing: secret detail");
}

TEST_F(Rehearsal, TurnsAnAnswerWithoutJsonIntoAFault) {
  const auto answer = rehearsed->handle(demo::BreakThing{"x"}, context);
  ASSERT_TRUE(answer);

  const auto refused = rehearsed->handle(demo::RenameThing{demo::thing_id(1), "\xC3("}, context);
  EXPECT_EQ(refused.error().rule, "banyan.invalid_request");
  EXPECT_EQ(refused.error().message, "cannot write /name as JSON: the text is not UTF-8");
}

TEST_F(Rehearsal, BringsTheWholeContextAcross) {
  ASSERT_TRUE(rehearsed->handle(kLamp, context));

  EXPECT_EQ(module.seen.deadline, context.deadline);
  EXPECT_EQ(module.seen.principal, context.principal);
  EXPECT_EQ(module.seen.correlation_id, context.correlation_id);
  EXPECT_EQ(module.seen.idempotency_key, context.idempotency_key);
  EXPECT_EQ(module.seen.trace.traceparent(), context.trace.traceparent());
  EXPECT_EQ(module.seen.trace.state, context.trace.state);
  EXPECT_EQ(module.seen.stickiness_key, context.stickiness_key);
  EXPECT_EQ(module.seen.routing, context.routing);
}

TEST_F(Rehearsal, RefusesACallWithoutTime) {
  clock.advance(5s);
  expect_same(kLamp);
  EXPECT_EQ(rehearsed->handle(kLamp, context).error().rule, "banyan.deadline_exceeded");
  EXPECT_EQ(module.calls, 0);
}

TEST_F(Rehearsal, ThrowsALateAnswerAway) {
  module.before = [this] { clock.advance(6s); };

  const auto answer = rehearsed->handle(demo::GetThing{demo::thing_id(1)}, context);

  EXPECT_EQ(answer.error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(Rehearsal, RefusesACallInsideAUnitOfWork) {
  const banyan::OpenUnitOfWork unit;
  expect_same(kLamp);
  EXPECT_EQ(rehearsed->handle(kLamp, context).error().rule, "banyan.call_inside_unit_of_work");
  EXPECT_EQ(module.calls, 0);
}

TEST_F(Rehearsal, RefusesACallWithoutItsIdempotencyKey) {
  context.idempotency_key.reset();
  expect_same(kLamp);
  EXPECT_EQ(rehearsed->handle(kLamp, context).error().rule, "banyan.idempotency_key_missing");
}

TEST_F(Rehearsal, TellsTheObserverOfEveryCall) {
  (void)rehearsed->handle(kLamp, context);
  module.error = Error{ErrorCode::NotFound, "demo.unknown_thing", "", {}};
  (void)rehearsed->handle(demo::GetThing{demo::thing_id(1)}, context);

  EXPECT_EQ(client_side.lines,
            (std::vector<std::string>{"demo.make_thing rehearsal ok",
                                      "demo.get_thing rehearsal demo.unknown_thing"}));
}

TEST(RehearsalOnWorkers, WaitsNoLongerThanTheDeadline) {
  demo::DemoModule module;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  module.before = [released] { released.wait(); };
  const OperationTable table(
      PortBinding<demo::Demo>::bind(module, banyan::no_observer(), banyan::system_clock()));
  banyan::binding::ModuleWorkers workers({1, 1}, 1);
  LoopbackTransport transport(table, workers, banyan::system_clock(), banyan::system_random());
  const auto port = PortBinding<demo::Demo>::remote(transport, banyan::no_observer(), "rehearsal",
                                                    banyan::system_clock());

  const auto late =
      port->handle(demo::GetThing{demo::thing_id(1)},
                   Context::begin(20ms, banyan::system_clock(), banyan::system_random()));

  EXPECT_EQ(late.error().rule, "banyan.deadline_exceeded");
  release.set_value();
}

TEST(RehearsalOnWorkers, TurnsAFaultOfTheModuleIntoInternalAndServesOn) {
  demo::DemoModule module;
  module.before = [first = true]() mutable {
    if (std::exchange(first, false)) throw std::runtime_error("the disk is broken");
  };
  const OperationTable table(
      PortBinding<demo::Demo>::bind(module, banyan::no_observer(), banyan::system_clock()));
  banyan::binding::ModuleWorkers workers({1, 1}, 1);
  LoopbackTransport transport(table, workers, banyan::system_clock(), banyan::system_random());
  const auto port = PortBinding<demo::Demo>::remote(transport, banyan::no_observer(), "rehearsal",
                                                    banyan::system_clock());
  const auto get = [&] {
    return port->handle(demo::GetThing{demo::thing_id(1)},
                        Context::begin(30s, banyan::system_clock(), banyan::system_random()));
  };

  EXPECT_EQ(get().error().rule, "banyan.fault");
  EXPECT_TRUE(get());
}

TEST(RehearsalOnWorkers, SaysThatAllAreBusy) {
  demo::DemoModule module;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> started;
  module.before = [&, first = true]() mutable {
    if (std::exchange(first, false)) started.set_value();
    released.wait();
  };
  const OperationTable table(
      PortBinding<demo::Demo>::bind(module, banyan::no_observer(), banyan::system_clock()));
  banyan::binding::ModuleWorkers workers({1, 1}, 1);
  LoopbackTransport transport(table, workers, banyan::system_clock(), banyan::system_random());
  const auto port = PortBinding<demo::Demo>::remote(transport, banyan::no_observer(), "rehearsal",
                                                    banyan::system_clock());
  const auto get = [&] {
    return port->handle(demo::GetThing{demo::thing_id(1)},
                        Context::begin(30s, banyan::system_clock(), banyan::system_random()));
  };
  auto running = std::async(std::launch::async, get);
  started.get_future().wait();
  ASSERT_TRUE(workers.of(banyan::Effect::Read).submit([] {}));

  EXPECT_EQ(get().error().rule, "banyan.too_busy");

  release.set_value();
  EXPECT_TRUE(running.get());
}

}  // namespace
