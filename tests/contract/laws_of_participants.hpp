// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string>

#include "banyan/kernel/saga.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"

/// What a module owes to the sagas that call it, for each operation that can be undone
/// (docs/how-to/sagas.md). `observe` tells what can be seen of the module's state, as a value that
/// can be compared: the stock, the books, the parcels on their way. Each wants a fresh world.
///
/// `act` and `undo` are asked with an idempotency key, and answer with a Result; asking() makes one
/// of an operation. Only the first call of each has the key of the saga: the later ones reach the
/// module itself, past any ledger of commands.
namespace banyan::contract {

template <class Port, class Op>
auto asking(Port& port, Op operation) {
  return [&port, operation = std::move(operation)](const std::string& key) {
    return port.handle(operation, keyed(key));
  };
}

template <class Ask>
concept AsksByKey = std::invocable<const Ask&, const std::string&>;

/// It is the module that refuses, and for good.
template <class Answer>
void expect_refused_by_the_module(const Answer& late) {
  ASSERT_FALSE(late);
  EXPECT_EQ(outcome_of(late.error()), SagaOutcome::Refused) << late.error().rule;
  EXPECT_FALSE(late.error().rule.starts_with("banyan.")) << late.error().rule;
}

/// Do twice is do once, whether the second request comes under the same key or another.
template <AsksByKey Act, class Observe>
void expect_twice_is_once(const Act& act, const Observe& observe) {
  const auto first = act("law:do");
  ASSERT_THAT(first, Succeeds());
  const auto after_once = observe();
  for (const char* key : {"law:do", "law:do-again"}) {
    const auto second = act(key);
    ASSERT_THAT(second, Succeeds()) << key;
    EXPECT_EQ(*first, *second) << key;
    EXPECT_EQ(observe(), after_once) << key;
  }
}

/// Undo gives all back, undo twice is undo once, and then it cannot be done any more.
template <AsksByKey Act, AsksByKey Undo, class Observe>
void expect_undone_for_good(const Act& act, const Undo& undo, const Observe& observe) {
  const auto before = observe();
  ASSERT_THAT(act("law:do"), Succeeds());
  ASSERT_NE(observe(), before) << "nothing can be seen of what was done: observe something else";
  for (const char* key : {"law:undo", "law:undo", "law:undo-again"}) {
    ASSERT_THAT(undo(key), Succeeds()) << key;
    EXPECT_EQ(observe(), before) << key;
  }
  expect_refused_by_the_module(act("law:do-again"));
  EXPECT_EQ(observe(), before);
}

/// Undo before do: the do never happens.
template <AsksByKey Act, AsksByKey Undo, class Observe>
void expect_undo_first_is_never_do(const Act& act, const Undo& undo, const Observe& observe) {
  const auto before = observe();
  ASSERT_THAT(undo("law:undo"), Succeeds());
  EXPECT_EQ(observe(), before);
  for (const char* key : {"law:do", "law:do-again"}) {
    expect_refused_by_the_module(act(key));
    EXPECT_EQ(observe(), before) << key;
  }
  ASSERT_THAT(undo("law:undo"), Succeeds());
  EXPECT_EQ(observe(), before);
}

/// The same where what is done follows from an event: nobody refuses an event that comes late, it
/// changes nothing. `hear` delivers it, and says whether it was taken.
template <class Hear, AsksByKey Undo, class Observe>
void expect_heard_late_is_nothing(const Hear& hear, const Undo& undo, const Observe& observe) {
  for (int again = 0; again < 2; ++again) {
    ASSERT_THAT(undo("law:undo"), Succeeds());
    const auto undone = observe();
    ASSERT_TRUE(hear());
    EXPECT_EQ(observe(), undone);
  }
}

}  // namespace banyan::contract
