// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/saga.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"

/// What a module owes to the sagas that call it, for each operation that can be undone
/// (docs/how-to/sagas.md). `observe` tells what can be seen of the module's state, as a value that
/// can be compared: the stock, the books. Each wants a fresh world.
namespace banyan::contract {

/// Do twice is do once.
template <class Port, class Do, class Observe>
void expect_twice_is_once(Port& port, const Do& operation, const Observe& observe) {
  const auto first = port.handle(operation, keyed("law:do"));
  ASSERT_THAT(first, Succeeds());
  const auto after_once = observe();
  const auto second = port.handle(operation, keyed("law:do"));
  ASSERT_THAT(second, Succeeds());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(observe(), after_once);
}

/// Undo gives all back, undo twice is undo once, and then it cannot be done any more.
template <class Port, class Do, class Undo, class Observe>
void expect_undone_for_good(Port& port, const Do& operation, const Undo& undo,
                            const Observe& observe) {
  const auto before = observe();
  ASSERT_THAT(port.handle(operation, keyed("law:do")), Succeeds());
  ASSERT_THAT(port.handle(undo, keyed("law:undo")), Succeeds());
  EXPECT_EQ(observe(), before);
  ASSERT_THAT(port.handle(undo, keyed("law:undo")), Succeeds());
  EXPECT_EQ(observe(), before);
  const auto late = port.handle(operation, keyed("law:do again"));
  ASSERT_FALSE(late);
  EXPECT_EQ(outcome_of(late.error()), SagaOutcome::Refused) << late.error().rule;
  EXPECT_EQ(observe(), before);
}

/// Undo before do: the do never happens.
template <class Port, class Do, class Undo, class Observe>
void expect_undo_first_is_never_do(Port& port, const Do& operation, const Undo& undo,
                                   const Observe& observe) {
  const auto before = observe();
  ASSERT_THAT(port.handle(undo, keyed("law:undo")), Succeeds());
  EXPECT_EQ(observe(), before);
  const auto late = port.handle(operation, keyed("law:do"));
  ASSERT_FALSE(late);
  EXPECT_EQ(outcome_of(late.error()), SagaOutcome::Refused) << late.error().rule;
  EXPECT_EQ(observe(), before);
}

}  // namespace banyan::contract
