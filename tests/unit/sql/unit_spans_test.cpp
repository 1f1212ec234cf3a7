// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/recorded_spans.hpp"
#include "unit/sql/engine_under_test.hpp"

namespace banyan::sql {
namespace {

using testing::ElementsAre;

class UnitSpans : public testing::TestWithParam<Engine> {
 protected:
  test::EngineUnderTest engine{GetParam()};
  ModuleDatabase orders = engine.database().connect("orders", test::order_tables());
  test::RecordedSpans recorded;
  Context context = test::soon();
};

INSTANTIATE_TEST_SUITE_P(Engines, UnitSpans, testing::Values(Engine::Sqlite, Engine::Postgres),
                         [](const auto& engine) { return std::string(to_string(engine.param)); });

TEST_P(UnitSpans, AreInsideOfTheCallAndSayWhenTheirWorkBegan) {
  {
    const Span root = recorded.begin_test(context);
    orders.read(context, [](Session& session) {
      return session.value<std::int64_t>("SELECT count(*) FROM orders");
    });
    ASSERT_TRUE(orders.write(context, [](Session&) -> Result<void> { return {}; }));
  }
  EXPECT_THAT(recorded.names(), ElementsAre("orders.read", "orders.write", "test"));
  for (const auto* const name : {"orders.read", "orders.write"}) {
    const auto unit = recorded.find(name);
    EXPECT_EQ(unit->parent(), recorded.find("test")->id());
    EXPECT_EQ(unit.text("db.system.name"), to_string(GetParam()));
    EXPECT_EQ(unit.text("banyan.module"), "orders");
    ASSERT_EQ(unit->events().size(), 1U);
    EXPECT_EQ(unit->events()[0].name, "begun");
    EXPECT_GE(unit->events()[0].at, unit->started);
    EXPECT_LE(unit->events()[0].at, unit->finished);
    EXPECT_EQ(unit->status, SpanStatus::Unset);
  }
}

TEST_P(UnitSpans, TellAnUndoneUnitFromAFailedOne) {
  {
    const Span root = recorded.begin_test(context);
    EXPECT_FALSE(orders.write(context, [](Session&) -> Result<void> {
      return fail(ErrorCode::Conflict, "orders.no", "no");
    }));
    EXPECT_ANY_THROW((void)orders.write(context, [](Session& session) -> Result<void> {
      session.run("SELECT nothing FROM nowhere");
      return {};
    }));
    Context late = context;
    late.deadline = system_clock().steady() - std::chrono::seconds(1);
    EXPECT_FALSE(orders.write(late, [](Session&) -> Result<void> { return {}; }));
  }
  const auto all = recorded.all();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0]->status, SpanStatus::Unset);
  EXPECT_NE(all[0]->find("banyan.unit.undone"), nullptr);
  EXPECT_EQ(all[1]->status, SpanStatus::Error);
  EXPECT_EQ(all[2]->status, SpanStatus::Error);
  EXPECT_EQ(all[2].text("error.type"), "banyan.write_not_begun");
  EXPECT_TRUE(all[2]->events().empty());
}

}  // namespace
}  // namespace banyan::sql
