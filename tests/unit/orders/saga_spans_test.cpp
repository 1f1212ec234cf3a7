// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "saga_world.hpp"
#include "support/recorded_spans.hpp"

namespace orders::testing {
namespace {

using banyan::SpanStatus;

class SagaSpans : public ::testing::TestWithParam<bool> {
 protected:
  SagaWorld world{GetParam()};
  banyan::test::RecordedSpans recorded{world.clock, world.random};
};

INSTANTIATE_TEST_SUITE_P(Stores, SagaSpans, ::testing::Bool(),
                         [](const auto& store) { return store.param ? "sql" : "memory"; });

TEST_P(SagaSpans, AreOneForEachStepInsideOfTheRequest) {
  world.environment_with(recorded);
  std::string request;
  {
    banyan::Context context = world.context().with_key("key");
    const banyan::Span root = recorded.begin_test(context);
    request = root.id();
    ASSERT_THAT(world.place(context), Succeeds());
  }
  const auto reserve = recorded.find("orders.saga.reserve_stock");
  const auto confirm = recorded.find("orders.saga.confirm_reservation");
  EXPECT_EQ(reserve->parent(), request);
  EXPECT_EQ(confirm->parent(), request);
  EXPECT_EQ(reserve.text("banyan.saga.outcome"), "done");
  EXPECT_EQ(reserve.text("banyan.saga.of"), world.order().id.str());
  EXPECT_EQ(reserve->status, SpanStatus::Unset);
}

TEST_P(SagaSpans, GoOnInTheTraceOfTheRequestAfterTheProcessHasDied) {
  world.environment_with(recorded);
  world.troubles.at[2] = Trouble::DieBefore;
  std::string trace;
  std::string request;
  {
    banyan::Context context = world.context().with_key("key");
    const banyan::Span root = recorded.begin_test(context);
    trace = root.trace_id();
    request = root.id();
    EXPECT_THROW((void)world.place(context).has_value(), ProcessDied);
  }
  banyan::test::RecordedSpans next{world.clock, world.random};
  world.environment_with(next);
  world.run_to_the_end();

  const auto resumed = next.find("orders.saga");
  EXPECT_EQ(resumed.trace_id, trace);
  EXPECT_EQ(resumed->parent(), request);
  EXPECT_TRUE(resumed->remote_parent);
  EXPECT_EQ(next.find("orders.saga.confirm_reservation")->parent(), resumed->id());
}

TEST_P(SagaSpans, ShowAStepThatGotNoAnswerAsAnError) {
  world.environment_with(recorded);
  world.troubles.at[0] = Trouble::Unreachable;
  banyan::Context context = world.context().with_key("key");
  const banyan::Span root = recorded.begin_test(context);
  ASSERT_THAT(world.place(context), Succeeds());
  const auto reserve = recorded.find("orders.saga.reserve_stock");
  EXPECT_EQ(reserve->status, SpanStatus::Error);
  EXPECT_EQ(reserve.text("error.type"), "no_answer");
}

TEST_P(SagaSpans, LeaveNoTraceToFindWhereNobodyRecords) {
  ASSERT_THAT(world.place("key"), Succeeds());
  const auto found = world.store().read(
      world.context(), [&](OrdersReading& orders) { return orders.find(*orders.newest()); });
  EXPECT_EQ(found->saga->data().traceparent, "");
}

}  // namespace
}  // namespace orders::testing
