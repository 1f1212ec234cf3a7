// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/tracing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/fallback.hpp"
#include "support/demo_port.hpp"
#include "support/recorded_spans.hpp"

namespace banyan {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

struct Spans : testing::Test {
  ManualClock clock;
  SeededRandom random{7};
  test::RecordedSpans recorded{clock, random};
  Context context = Context::begin(milliseconds(100), clock, random);
};

TEST_F(Spans, DoNothingWhereNobodyRecords) {
  Span span = Span::child_of(context, SpanKind::Internal, "shop");
  span.set("a", 1).fail("it");
  span.event("something");
  const TraceContext before = context.trace;
  span.enter(context);
  EXPECT_FALSE(span.recording());
  EXPECT_EQ(span.traceparent(), "");
  EXPECT_EQ(context.trace.traceparent(), before.traceparent());
  EXPECT_EQ(context.recording, nullptr);
}

TEST_F(Spans, AreInsideOfWhatTheirContextIsIn) {
  {
    const Span root = recorded.begin_test(context);
    clock.advance(milliseconds(1));
    CallSpan call(context, SpanKind::Internal, "shop", "sell");
    clock.advance(milliseconds(2));
    const Span inner = Span::child_of(call.context(), SpanKind::Client, "ask");
  }
  EXPECT_THAT(recorded.names(), ElementsAre("ask", "shop.sell", "test"));
  const auto root = recorded.find("test");
  const auto call = recorded.find("shop.sell");
  EXPECT_EQ(root->parent(), "");
  EXPECT_TRUE(root->local_root);
  EXPECT_EQ(call->parent(), root->id());
  EXPECT_EQ(recorded.find("ask")->parent(), call->id());
  EXPECT_EQ(call->started - root->started, milliseconds(1));
  EXPECT_EQ(call->finished - call->started, milliseconds(2));
  EXPECT_EQ(call.trace_id, root.trace_id);
}

TEST_F(Spans, GoOnFromTheParentOfAnotherProcess) {
  TraceContext parent = TraceContext::make(random);
  parent.sampled = true;
  parent.state = "rojo=1";
  Span span = recorded.begin({.parent = &parent, .name = "served"});
  EXPECT_EQ(span.traceparent(), "00-" + parent.trace_id + "-" + std::string(span.id()) + "-01");
  EXPECT_EQ(span.tracestate(), "rojo=1");
  span.finish();
  EXPECT_EQ(recorded.find("served")->parent(), parent.span_id);
  EXPECT_TRUE(recorded.find("served")->remote_parent);
}

TEST_F(Spans, CarryTheSampledFlagOfTheirTraceAndNoOther) {
  TraceContext parent = TraceContext::make(random);  // not sampled
  const Span span = recorded.begin({.parent = &parent, .name = "served"});
  EXPECT_TRUE(span.traceparent().ends_with("-00"));
  span.enter(context);
  EXPECT_FALSE(context.trace.sampled);
}

TEST_F(Spans, AreNotNamedToOthersInPlaceOfTheirCallerWhereNobodyWillHaveThem) {
  recorded.exports = false;
  TraceContext parent = TraceContext::make(random);
  parent.sampled = true;
  parent.state = "rojo=1";
  Span span = recorded.begin({.parent = &parent, .name = "served"});
  span.enter(context);
  const std::string id(span.id());
  {
    const CallSpan call(context, SpanKind::Internal, "shop", "sell");
    EXPECT_EQ(call.context().trace.traceparent(), parent.traceparent());
    EXPECT_EQ(call.context().trace.state, "rojo=1");
  }
  EXPECT_EQ(recorded.find("shop.sell")->parent(), id) << "the tree of this process is whole";
}

TEST_F(Spans, AreNamedWithoutTheFlagWhereTheTraceBeginsHere) {
  recorded.exports = false;
  const Span span = recorded.begin({.name = "served"});
  span.enter(context);
  EXPECT_EQ(context.trace.traceparent(), span.traceparent());
  EXPECT_TRUE(context.trace.traceparent().ends_with("-00"));
}

TEST_F(Spans, KeepTheTextsOfTheirAttributesAndTheLastOfOneKey) {
  {
    Span span = recorded.begin_test(context);
    std::string text = "here for a moment only, and longer than a short string";
    span.set("text", text).set("number", 7).set("yes", true).set("half", 0.5).set("number", 8);
    text.assign(text.size(), 'x');
  }
  const auto span = recorded.find("test");
  EXPECT_EQ(span.text("text"), "here for a moment only, and longer than a short string");
  EXPECT_EQ(span.number("number"), 8);
  EXPECT_EQ(span->attributes().size(), 4U);
}

TEST_F(Spans, CountWhatFindsNoRoom) {
  static const std::vector<std::string> kKeys = [] {
    std::vector<std::string> keys;
    for (int i = 0; i < 20; ++i) keys.push_back("key." + std::to_string(i));
    return keys;
  }();
  {
    Span span = recorded.begin_test(context);
    for (const std::string& key : kKeys) span.set(key, 1);
    for (int i = 0; i < 6; ++i) span.event("again");
    span.fail(std::string(5'000, 'x'));
  }
  const auto span = recorded.find("test");
  EXPECT_EQ(span->attributes().size(), SpanRecord::kMostAttributes);
  EXPECT_EQ(span->dropped_attributes, 20 - SpanRecord::kMostAttributes);
  EXPECT_EQ(span->events().size(), SpanRecord::kMostEvents);
  EXPECT_EQ(span->dropped_events, 6 - SpanRecord::kMostEvents);
  EXPECT_EQ(span->message.size(), SpanRecord::kValueBytes);
}

TEST_F(Spans, CutTextsBetweenCharacters) {
  {
    Span span = recorded.begin_test(context);
    span.set("name", std::string(SpanRecord::kValueBytes - 1, 'x') + "ü");
  }
  EXPECT_EQ(recorded.find("test").text("name"), std::string(SpanRecord::kValueBytes - 1, 'x'));
}

TEST_F(Spans, FinishOnceAndCanBeMovedUntilThen) {
  Span other;
  {
    Span span = recorded.begin_test(context);
    other = std::move(span);
  }
  EXPECT_TRUE(recorded.names().empty());
  other.finish();
  other.finish();
  EXPECT_EQ(recorded.names().size(), 1U);
}

struct Nobody final : CallObserver {
  void called(const Call& call) noexcept override { trace = call.context.trace; }
  void fault(const Call& /*call*/, std::string_view /*what*/) noexcept override {}
  TraceContext trace;
};

struct PortCalls : Spans {
  demo::ScriptedDemo module;
  Nobody observer;
  std::unique_ptr<demo::Demo> port = bind_in_process<demo::Demo>(module, observer, clock);
};

TEST_F(PortCalls, AreSpansThatWhatTheModuleDoesIsInsideOf) {
  module.on_echo = [](const demo::Echo& op, const Context& inside) {
    Span::child_of(inside, SpanKind::Internal, "work").finish();
    return demo::Echoed{op.text};
  };
  {
    const Span root = recorded.begin_test(context);
    ASSERT_TRUE(port->handle(demo::Echo{"hi"}, context));
  }
  const auto call = recorded.find("demo.echo");
  EXPECT_EQ(call->parent(), recorded.find("test")->id());
  EXPECT_EQ(recorded.find("work")->parent(), call->id());
  EXPECT_EQ(call->kind, SpanKind::Internal);
  EXPECT_EQ(call->status, SpanStatus::Unset);
  EXPECT_EQ(call.text("rpc.service"), "demo");
  EXPECT_EQ(call.text("rpc.method"), "echo");
  EXPECT_EQ(call.text("banyan.binding"), "in_process");
  // So the line in the log that tells of the call has the call's own id.
  EXPECT_EQ(observer.trace.span_id, call->id());
}

TEST_F(PortCalls, AreErrorsWhenSomethingIsAtFaultAndNotWhenARuleSaysNo) {
  {
    const Span root = recorded.begin_test(context);
    module.on_echo = [](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
      return fail(ErrorCode::FailedPrecondition, "demo.refused", "no");
    };
    EXPECT_FALSE(port->handle(demo::Echo{"hi"}, context));
    module.on_echo = [](const demo::Echo&, const Context&) -> Result<demo::Echoed> {
      throw std::runtime_error("broken");
    };
    EXPECT_FALSE(port->handle(demo::Echo{"hi"}, context));
  }
  const auto all = recorded.all();
  EXPECT_EQ(all.at(0)->status, SpanStatus::Unset);
  EXPECT_EQ(all.at(0).text("banyan.rule"), "demo.refused");
  EXPECT_EQ(all.at(1)->status, SpanStatus::Error);
  EXPECT_EQ(all.at(1).text("error.type"), "banyan.fault");
}

TEST_F(PortCalls, SayWhenTheModuleAnswersInPlaceOfItsService) {
  context.routing.push_back({"demo", Side::Remote, 3});
  {
    const Span root = recorded.begin_test(context);
    ASSERT_TRUE(port->handle(demo::Echo{"hi"}, brought_home(context, "demo")));
    ASSERT_TRUE(port->handle(demo::Echo{"hi"}, context));
  }
  const auto all = recorded.all();
  const SpanRecord::Value* const fell_back = all.at(0)->find("banyan.fell_back");
  ASSERT_NE(fell_back, nullptr);
  EXPECT_EQ(*fell_back, SpanRecord::Value(true));
  EXPECT_EQ(all.at(0).text("banyan.side"), "local");
  EXPECT_EQ(all.at(1)->find("banyan.fell_back"), nullptr);
  EXPECT_EQ(all.at(1).text("banyan.side"), "remote");
}

TEST_F(PortCalls, AreOneSpanWhenABindingStandsBeforeAnother) {
  const auto before = bind_in_process<demo::Demo>(*port, no_observer(), clock);
  const Span root = recorded.begin_test(context);
  ASSERT_TRUE(before->handle(demo::Echo{"hi"}, context));
  EXPECT_THAT(recorded.names(), ElementsAre("demo.echo"));
}

}  // namespace
}  // namespace banyan
