// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/context.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

using std::chrono::milliseconds;

TEST(Deadline, IsNeverLaterThanTheCallersOwn) {
  const ManualClock clock;
  const Context context = Context::begin(milliseconds(100), clock, system_random());
  EXPECT_EQ(context.within(milliseconds(500), clock).remaining(clock), milliseconds(100));
  EXPECT_EQ(context.within(milliseconds(20), clock).remaining(clock), milliseconds(20));
}

TEST(Deadline, HasNothingLeftOnceItHasPassed) {
  ManualClock clock;
  const Context context = Context::begin(milliseconds(100), clock, system_random());
  clock.advance(milliseconds(150));
  EXPECT_TRUE(context.expired(clock));
  EXPECT_EQ(context.remaining(clock), milliseconds(0));
}

TEST(TraceContext, SurvivesTheWire) {
  SeededRandom random(1);
  TraceContext trace = TraceContext::make(random);
  EXPECT_FALSE(trace.sampled) << "nobody records it yet";
  trace.sampled = true;
  const auto read = TraceContext::parse(trace.traceparent(), "vendor=1");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->trace_id, trace.trace_id);
  EXPECT_EQ(read->span_id, trace.span_id);
  EXPECT_TRUE(read->sampled);
  EXPECT_EQ(read->state, "vendor=1");
}

TEST(TraceContext, KeepsTheTraceAndChangesTheSpanInAChild) {
  SeededRandom random(1);
  const TraceContext trace = TraceContext::make(random);
  const TraceContext child = trace.child(random);
  EXPECT_EQ(child.trace_id, trace.trace_id);
  EXPECT_NE(child.span_id, trace.span_id);
}

TEST(TraceContext, AcceptsALaterVersionWithMoreAfterTheFlags) {
  EXPECT_TRUE(TraceContext::parse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"));
}

class BadTraceparent : public testing::TestWithParam<const char*> {};
TEST_P(BadTraceparent, IsRefused) { EXPECT_FALSE(TraceContext::parse(GetParam())); }
INSTANTIATE_TEST_SUITE_P(
    Headers, BadTraceparent,
    testing::Values("", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                    "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                    "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01"));

TEST(Context, FindsTheDecisionOfAModule) {
  Context context = Context::begin(milliseconds(1), system_clock(), system_random());
  context.routing = {{"catalog", Side::Remote, 4}};
  ASSERT_NE(context.routed("catalog"), nullptr);
  EXPECT_EQ(context.routed("catalog")->revision, 4U);
  EXPECT_EQ(context.routed("orders"), nullptr);
}

}  // namespace
}  // namespace banyan
