// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/trace_fields.hpp"

#include <gtest/gtest.h>

namespace banyan::http {
namespace {

const std::string kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceFields, SayWhoseChildAMessageIs) {
  const auto trace = trace_from({{"traceparent", kParent}, {"tracestate", "rojo=1,congo=2"}});
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->traceparent(), kParent);
  EXPECT_EQ(trace->state, "rojo=1,congo=2");
}

TEST(TraceFields, OfTheStateAreOneListInTheirOrder_RFC9110_5_3) {
  EXPECT_EQ(tracestate_from({{"tracestate", "rojo=1"}, {"tracestate", "congo=2 , a=3"}}),
            "rojo=1,congo=2,a=3");
  EXPECT_EQ(tracestate_from({{"tracestate", ""}, {"tracestate", "rojo=1"}}), "rojo=1");
  EXPECT_EQ(tracestate_from({{"tracestate", " , rojo=1,, "}}), "rojo=1");
}

TEST(TraceFields, BeginTheTraceAnewWhenTheParentIsThereTwice) {
  EXPECT_FALSE(trace_from({{"traceparent", kParent}, {"traceparent", kParent}}));
}

TEST(TraceFields, MeanNothingWithoutAParentThatCanBeRead) {
  EXPECT_FALSE(trace_from({{"tracestate", "rojo=1"}}));
  EXPECT_FALSE(trace_from({{"traceparent", "00-no"}, {"tracestate", "rojo=1"}}));
}

TEST(TraceFields, DropAStateThatIsLongerThanAnyoneMaySend) {
  std::string list = "a=1";
  for (int i = 1; i < 32; ++i) list += ",a=1";
  EXPECT_EQ(tracestate_from({{"tracestate", list}}), list);
  EXPECT_EQ(tracestate_from({{"tracestate", list}, {"tracestate", "b=1"}}), "");
}

}  // namespace
}  // namespace banyan::http
