// SPDX-License-Identifier: Apache-2.0
// What an error comes to for the saga that has asked.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "banyan/kernel/saga.hpp"

namespace banyan {
namespace {

constexpr ErrorCode kRefusals[] = {ErrorCode::InvalidArgument, ErrorCode::NotFound,
                                   ErrorCode::AlreadyExists, ErrorCode::Conflict,
                                   ErrorCode::FailedPrecondition};

SagaOutcome outcome(ErrorCode code, const std::string& rule) {
  return outcome_of(Error{code, rule, "", {}});
}

/// "stock.reserve" is done, and "money.authorise" is asked.
SagaInstance at_the_second_step() {
  SagaRecord record;
  record.step = 1;
  record.steps = {{.name = "reserve", .undo = "give_back", .dependency = "stock"},
                  {.name = "authorise", .undo = "void", .dependency = "money"}};
  record.steps[0].state = StepState::Done;
  return SagaInstance(record);
}

void answer(SagaInstance& saga, const Error& error, const SagaPolicy& policy) {
  const SagaAnswer answer{outcome_of(error), error.rule, error.message, Timestamp{}};
  saga.take(*saga.next(), answer, {}, policy, 0);
}

TEST(SagaOutcome, IsRefusedByTheModuleOnly) {
  for (const ErrorCode code : kRefusals) {
    EXPECT_EQ(outcome(code, "money.declined"), SagaOutcome::Refused) << to_string(code);
    for (const char* const rule :
         {"banyan.foreign_answer", "banyan.no_such_resource", "banyan.method_not_allowed",
          "banyan.invalid_request", "banyan.unsendable", "banyan.outcome_unknown",
          "banyan.idempotency_key_reused"}) {
      EXPECT_EQ(outcome(code, rule), SagaOutcome::Failed) << to_string(code) << ' ' << rule;
    }
  }
}

TEST(SagaOutcome, IsAnOutageWhoeverSaysSo) {
  for (const ErrorCode code :
       {ErrorCode::Unavailable, ErrorCode::DeadlineExceeded, ErrorCode::ResourceExhausted}) {
    EXPECT_EQ(outcome(code, "banyan.foreign_answer"), SagaOutcome::NoAnswer) << to_string(code);
    EXPECT_EQ(outcome(code, "money.closed"), SagaOutcome::NoAnswer) << to_string(code);
  }
}

// A proxy, or an older service at the same address, answers in the place of the module.
TEST(SagaOutcome, OfSomebodyElseUndoesNothingAndIsLookedAtByAPerson) {
  const SagaPolicy policy;
  SagaInstance saga = at_the_second_step();
  for (std::int64_t attempt = 0; attempt < policy.max_attempts; ++attempt) {
    ASSERT_EQ(saga.data().status, SagaStatus::Active);
    answer(saga, {ErrorCode::NotFound, "banyan.foreign_answer", "status 404", {}}, policy);
  }
  EXPECT_EQ(saga.data().status, SagaStatus::Stuck);
  EXPECT_EQ(saga.data().phase, SagaPhase::Forward);
  EXPECT_EQ(saga.data().steps[0].state, StepState::Done);
  EXPECT_EQ(saga.data().turned_back, std::nullopt);
}

// The first try got no answer, and still runs when the second one comes.
TEST(SagaOutcome, OfATryThatStillRunsIsWaitedFor) {
  const SagaPolicy policy;
  SagaInstance saga = at_the_second_step();
  answer(saga, {ErrorCode::DeadlineExceeded, "banyan.timeout", "", {}}, policy);
  for (std::int64_t attempt = 0; attempt < 2 * policy.max_attempts; ++attempt) {
    answer(saga, {ErrorCode::Conflict, "banyan.command_running", "", {}}, policy);
  }
  EXPECT_EQ(saga.data().status, SagaStatus::Active);
  EXPECT_EQ(saga.data().phase, SagaPhase::Forward);
  EXPECT_EQ(saga.data().attempts, 0);
  EXPECT_EQ(saga.data().blocked_on, "money");

  saga.take(*saga.next(), {SagaOutcome::Done, "", "", Timestamp{}}, {}, policy, 0);
  EXPECT_EQ(saga.data().status, SagaStatus::Done);
}

}  // namespace
}  // namespace banyan
