// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "banyan/kernel/unit_of_work.hpp"
#include "support/set_clock.hpp"
#include "unit/sql/engine_under_test.hpp"

namespace banyan::sql {
namespace {

using test::order_tables;
using test::soon;
using Number = std::int64_t;
using State = LedgerEntry::State;

/// What a ledger promises to those who begin commands, on every engine.
class LedgerTest : public testing::TestWithParam<Engine> {
 protected:
  static Context command_under(const std::string& key,
                               std::chrono::milliseconds budget = std::chrono::seconds(20)) {
    Context context = Context::begin(budget, system_clock(), system_random());
    context.command = std::make_shared<KeyedCommand>(
        CommandKey{"ann", "add", key}, "print", typeid(Number), [](const void* result) {
          const auto& answer = *static_cast<const Result<Number>*>(result);
          return answer ? std::to_string(*answer) : answer.error().rule;
        });
    return context;
  }

  Result<Number> add(const Context& context, Number id, bool fails = false) {
    return orders_.write(context, [&](UnitOfWork& unit) -> Result<Number> {
      unit.session().run("INSERT INTO orders(id) VALUES (:id)", id);
      unit.answer(Result<Number>(id));
      if (fails) return fail(ErrorCode::Conflict, "orders.closed", "closed");
      return id;
    });
  }
  std::optional<LedgerEntry> entry(const std::string& key) {
    return orders_.ledger().find({"ann", "add", key}, soon());
  }
  Number orders() {
    return orders_.read(soon(), [](Session& session) {
      return session.value<Number>("SELECT count(*) FROM orders").value();
    });
  }

  test::EngineUnderTest engine_{GetParam()};
  ModuleDatabase orders_ = engine_.database().connect("orders", order_tables());
};

INSTANTIATE_TEST_SUITE_P(Engines, LedgerTest, test::both_engines, test::name_of_engine);

TEST_P(LedgerTest, Keeps_the_answer_with_what_the_unit_changed) {
  const Context context = command_under("k");
  ASSERT_TRUE(add(context, 7));
  EXPECT_EQ(context.command->committed(), State::Answered);
  ASSERT_TRUE(entry("k"));
  EXPECT_EQ(entry("k")->state, State::Answered);
  EXPECT_EQ(entry("k")->answer, "7");
  EXPECT_EQ(entry("k")->fingerprint, "print");
}

TEST_P(LedgerTest, Keeps_nothing_of_a_unit_that_changed_nothing) {
  EXPECT_FALSE(add(command_under("k"), 7, true));
  EXPECT_FALSE(entry("k"));
  EXPECT_EQ(orders(), 0);
}

TEST_P(LedgerTest, Undoes_the_second_of_two_that_begin_one_command) {
  ASSERT_TRUE(add(command_under("k"), 7));
  try {
    (void)add(command_under("k"), 8);
    FAIL();
  } catch (const CommandTaken& taken) {
    EXPECT_EQ(taken.entry.answer, "7");
  }
  EXPECT_EQ(orders(), 1);
}

// What the body refuses may be what the first one has changed.
TEST_P(LedgerTest, Tells_a_refused_second_what_the_first_has_answered) {
  ASSERT_TRUE(add(command_under("k"), 7));
  EXPECT_THROW((void)add(command_under("k"), 8, true), CommandTaken);
}

TEST_P(LedgerTest, Tells_callers_operations_and_keys_apart) {
  ASSERT_TRUE(add(command_under("k"), 7));
  EXPECT_FALSE(orders_.ledger().find({"bob", "add", "k"}, soon()));
  EXPECT_FALSE(orders_.ledger().find({"ann", "take", "k"}, soon()));
  EXPECT_FALSE(orders_.ledger().find({"ann", "add", "l"}, soon()));
}

TEST_P(LedgerTest, Is_running_until_the_last_unit_has_answered) {
  const Context context = command_under("k");
  ASSERT_TRUE(orders_.write(context, [](UnitOfWork& unit) -> Result<void> {
    unit.accept(Number{1});
    return {};
  }));
  EXPECT_EQ(entry("k")->state, State::Running);
  EXPECT_EQ(entry("k")->answer, "1");
  ASSERT_TRUE(orders_.write(context, [](UnitOfWork& unit) -> Result<void> {
    unit.answer(Result<Number>(2));
    return {};
  }));
  EXPECT_EQ(entry("k")->state, State::Answered);
  EXPECT_EQ(entry("k")->answer, "2");
}

TEST_P(LedgerTest, Is_abandoned_once_the_time_of_who_ran_it_is_over) {
  const Context context = command_under("k", std::chrono::milliseconds(300));
  ASSERT_TRUE(orders_.write(context, [](UnitOfWork& unit) -> Result<void> {
    unit.accept(Number{1});
    return {};
  }));
  while (entry("k")->state == State::Running) std::this_thread::yield();
  EXPECT_EQ(entry("k")->state, State::Abandoned);
  EXPECT_EQ(entry("k")->answer, "1");
}

TEST_P(LedgerTest, Takes_an_answer_after_the_last_unit) {
  const Context context = command_under("k");
  ASSERT_TRUE(orders_.write(context, [](UnitOfWork&) -> Result<void> { return {}; }));
  EXPECT_EQ(entry("k")->state, State::Running);
  ASSERT_TRUE(orders_.ledger().answer(*context.command, "42", soon()));
  EXPECT_EQ(entry("k")->state, State::Answered);
  EXPECT_EQ(entry("k")->answer, "42");
}

TEST_P(LedgerTest, Forgets_what_is_old_a_few_at_a_time) {
  for (Number i = 0; i < 5; ++i) ASSERT_TRUE(add(command_under(std::to_string(i)), i));
  EXPECT_EQ(orders_.ledger().purge(std::chrono::hours(1), 10, soon()), 0);
  EXPECT_EQ(orders_.ledger().purge(std::chrono::minutes(-1), 3, soon()), 3);
  EXPECT_EQ(orders_.ledger().purge(std::chrono::minutes(-1), 3, soon()), 2);
  EXPECT_FALSE(entry("4"));
}

class LedgerAndTimeOfDay : public LedgerTest {
 protected:
  test::SetClock clock_;
  std::unique_ptr<Database> again_ = engine_.open_again({.clock = &clock_});
  ModuleDatabase module_ = again_->connect("orders", order_tables());
  std::int64_t purge(std::chrono::hours kept_for) {
    return module_.ledger().purge(kept_for, 10, soon());
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, LedgerAndTimeOfDay, test::both_engines, test::name_of_engine);

// Or a key that is used again would happen twice.
TEST_P(LedgerAndTimeOfDay, Forgets_nothing_because_the_clock_was_put_forward) {
  ASSERT_TRUE(add(command_under("k"), 7));
  clock_.set_by(std::chrono::hours(49));
  EXPECT_EQ(purge(std::chrono::hours(24)), 0);
  EXPECT_TRUE(entry("k"));
}

TEST_P(LedgerAndTimeOfDay,
       Tells_a_command_that_runs_from_one_that_was_left_whatever_the_clock_says) {
  const Context context = command_under("k");
  ASSERT_TRUE(module_.write(context, [](UnitOfWork&) -> Result<void> { return {}; }));
  for (const int hours : {-24, 24, 0}) {
    clock_.set_by(std::chrono::hours(hours));
    EXPECT_EQ(module_.ledger().find({"ann", "add", "k"}, soon())->state, State::Running);
  }
  module_.ledger().abandon(*context.command, soon());
  for (const int hours : {-24, 24, 0}) {
    clock_.set_by(std::chrono::hours(hours));
    EXPECT_EQ(module_.ledger().find({"ann", "add", "k"}, soon())->state, State::Abandoned);
  }
}

}  // namespace
}  // namespace banyan::sql
