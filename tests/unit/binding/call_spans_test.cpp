// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>

#include "banyan/binding/context_headers.hpp"
#include "banyan/binding/loopback_transport.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/kernel/bindings.hpp"
#include "demo_port.hpp"
#include "support/recorded_spans.hpp"

namespace {

using namespace std::chrono_literals;
using banyan::CallObserver;
using banyan::Context;
using banyan::Span;
using banyan::SpanKind;
using banyan::binding::PortBinding;

struct Nothing final : CallObserver {
  void called(const Call& /*call*/) noexcept override {}
  void fault(const Call& /*call*/, std::string_view /*what*/) noexcept override {}
};

/// Takes the context as a server in another process does: from what is said on the wire.
class OtherProcess final : public banyan::binding::RpcTransport {
 public:
  banyan::Result<banyan::http::Response> exchange(banyan::http::Request request,
                                                  const Context& context,
                                                  banyan::binding::Repeat /*repeat*/) override {
    banyan::binding::put_context(request.head, context, banyan::system_clock());
    seen = std::string(request.head.fields.find("traceparent").value_or("(none)"));
    return banyan::fail(banyan::ErrorCode::Unavailable, "banyan.unreachable", "nobody there");
  }
  std::string seen;
};

struct CallSpans : testing::Test {
  banyan::test::RecordedSpans recorded;
  Nothing observer;
  Context context = Context::begin(5s, banyan::system_clock(), banyan::system_random());
};

TEST_F(CallSpans, OfARehearsalHaveTheServersSideInside) {
  demo::DemoModule module;
  const auto served = banyan::bind_in_process<demo::Demo>(module, observer, banyan::system_clock());
  const banyan::binding::OperationTable table{
      PortBinding<demo::Demo>::bind(*served, banyan::no_observer(), banyan::system_clock())};
  banyan::binding::LoopbackTransport transport(table, banyan::system_clock(),
                                               banyan::system_random());
  const auto port =
      PortBinding<demo::Demo>::remote(transport, observer, "rehearsal", banyan::system_clock());
  {
    const Span root = recorded.begin_test(context);
    (void)port->handle(demo::GetThing{demo::thing_id(1)}, context).has_value();
  }
  const auto all = recorded.all();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].text("banyan.binding"), "in_process");
  EXPECT_EQ(all[1].text("banyan.binding"), "rehearsal");
  EXPECT_EQ(all[1]->kind, SpanKind::Client);
  EXPECT_EQ(all[0]->parent(), all[1]->id());
  EXPECT_EQ(all[1]->parent(), recorded.find("test")->id());
}

TEST_F(CallSpans, OfRemoteCallsAreWhatTheOtherProcessIsToldOf) {
  OtherProcess transport;
  const auto port =
      PortBinding<demo::Demo>::remote(transport, observer, "remote", banyan::system_clock());
  {
    const Span root = recorded.begin_test(context);
    EXPECT_FALSE(port->handle(demo::GetThing{demo::thing_id(1)}, context));
  }
  const auto call = recorded.all().at(0);
  EXPECT_EQ(transport.seen, "00-" + call.trace_id + "-" + std::string(call->id()) + "-01");
  EXPECT_EQ(call->status, banyan::SpanStatus::Error);
  EXPECT_EQ(call.text("error.type"), "banyan.unreachable");
}

TEST_F(CallSpans, AreNotSaidToBeSampledWhereNobodyRecords) {
  OtherProcess transport;
  const auto port =
      PortBinding<demo::Demo>::remote(transport, observer, "remote", banyan::system_clock());
  EXPECT_FALSE(port->handle(demo::GetThing{demo::thing_id(1)}, context));
  EXPECT_EQ(transport.seen, "00-" + context.trace.trace_id + "-" + context.trace.span_id + "-00");
}

}  // namespace
