// SPDX-License-Identifier: Apache-2.0
// What people may do about a saga that does not get on by itself.
#include <gtest/gtest.h>

#include <string>

#include "deals.hpp"

namespace banyan::deals {
namespace {

std::string words_of(const Error& error) {
  std::string words = error.message;
  for (const Detail& detail : error.details) words += '|' + detail.problem;
  return words;
}

TEST_F(Sagas, GoOnBehindAStepThatSomebodyHasMarked) {
  right.broken = true;
  begin<BothNod>("deal");
  run_for_long();
  ASSERT_EQ(all().at(0).status, SagaStatus::Stuck);

  const auto marked = mark(all().at(0));
  ASSERT_TRUE(marked) << marked.error().message;
  EXPECT_EQ(marked->status, SagaStatus::Done);
  EXPECT_EQ(marked->steps.at(1).state, StepState::Done);
  EXPECT_EQ(marked->steps.at(1).note, "done, says ann: called them");
  EXPECT_EQ(deal("deal").nods, 2) << "the module changes as by the answer";
}

TEST_F(Sagas, AreMarkedAtTheStepThatSomebodySawAndNotAtTheNextOne) {
  left.away = right.away = true;
  begin<ShakeThenNod>("deal");
  const SagaRecord seen = all().at(0);
  ASSERT_TRUE(order(SagaWish::Mark, seen.id, "left.shake"));
  engine.round();
  const SagaRecord next = all().at(0);
  ASSERT_EQ(SagaInstance(next).at_call(), "right.nod");
  ASSERT_TRUE(SagaInstance(next).may_be_marked()) << "it waits for somebody who does not answer";

  const auto again = order(SagaWish::Mark, seen.id, "left.shake");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().rule, "banyan.saga_not_possible");
  EXPECT_EQ(again.error().message,
            "saga " + seen.id.str() +
                ": no mark, for it is at right.nod by now, not at left.shake. Possible now: retry,"
                " mark");
  EXPECT_FALSE(order(SagaWish::Retry, seen.id, "left.shake")) << "whatever says where it was";
  EXPECT_EQ(all().at(0), next);

  EXPECT_TRUE(order(SagaWish::Mark, seen.id, "right.nod"));
  EXPECT_EQ(all().at(0).status, SagaStatus::Done);
}

TEST_F(Sagas, AreNotMarkedByWhoeverDoesNotSayWhichStepIsMeant) {
  right.away = true;
  begin<BothNod>("deal");
  const SagaRecord before = all().at(0);
  const auto refused = order(SagaWish::Mark, before.id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(refused.error().rule, "banyan.invalid_request");
  EXPECT_NE(refused.error().message.find(R"("at" is "right.nod")"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(all().at(0), before);
}

TEST_F(Sagas, SayOnTheWayBackTheCallThatUndoes) {
  left.away = true;
  begin<BothNod>("deal");
  EXPECT_EQ(SagaInstance(all().at(0)).at_call(), "left.nod");
  const SagaId id = all().at(0).id;
  ASSERT_TRUE(order(SagaWish::Back, id));
  EXPECT_EQ(SagaInstance(all().at(0)).at_call(), "left.shake");
  engine.round();
  EXPECT_FALSE(order(SagaWish::Mark, id, "left.nod")) << "that was for its being done";
  EXPECT_TRUE(order(SagaWish::Mark, id, "left.shake"));
  EXPECT_EQ(SagaInstance(all().at(0)).at_call(), "") << "it is over";
}

// Found by an operator: a step of another module was said to wait for the one that was marked.
TEST_F(Sagas, TellOnTheWayBackNothingOfTheTroubleOfAStepThatIsBehindThem) {
  left.away = true;
  begin<BothNod>("deal");
  const SagaId id = all().at(0).id;
  ASSERT_TRUE(order(SagaWish::Back, id));
  engine.round();
  const auto marked = order(SagaWish::Mark, id, "left.shake");
  ASSERT_TRUE(marked) << marked.error().message;
  EXPECT_EQ(marked->problem, std::nullopt);
  EXPECT_EQ(marked->turned_back, "by_operator");
}

TEST_F(Sagas, SayAgainWhyTheyTurnedBackWhenAnUndoThatHadTroubleIsDone) {
  left.away = true;
  begin<BothNod>("deal");
  left.away = false;
  left.refuses = left.refuses_to_shake = true;
  for (int round = 0; round < 20 && left.shakes == 0; ++round) {
    clock.advance(policy.longest_wait());
    engine.round();
  }
  ASSERT_EQ(all().at(0).problem, "left.shake: test.too_late: too late");
  left.refuses_to_shake = false;
  run_for_long();
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
  EXPECT_EQ(all().at(0).problem, "left.nod: test.no: no");
}

TEST_F(Sagas, AreAskedForAgainWithAFreshCount) {
  right.broken = true;
  begin<BothNod>("deal");
  run_for_long();
  right.broken = false;

  const auto resumed = order(SagaWish::Retry, all().at(0).id);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->attempts, 0);
  engine.round();
  EXPECT_EQ(all().at(0).status, SagaStatus::Done);
}

TEST_F(Sagas, GetAFreshCountAlsoWhileTheyWaitForTheirNextAttempt) {
  right.broken = true;
  begin<BothNod>("deal");
  for (std::int64_t round = 2; round < policy.max_attempts; ++round) {
    clock.advance(policy.longest_wait());
    engine.round();
  }
  const SagaRecord nearly = all().at(0);
  ASSERT_EQ(nearly.status, SagaStatus::Active);
  ASSERT_EQ(nearly.attempts, policy.max_attempts - 1);

  const auto retried = order(SagaWish::Retry, nearly.id);
  ASSERT_TRUE(retried) << retried.error().message;
  EXPECT_EQ(retried->attempts, 0);
  engine.round();
  EXPECT_EQ(all().at(0).status, SagaStatus::Active) << "not the last attempt, but the first";
  EXPECT_EQ(all().at(0).attempts, 1);

  right.broken = false;
  right.away = true;
  clock.advance(policy.longest_wait());
  engine.round();
  ASSERT_EQ(all().at(0).outages, 1);
  ASSERT_TRUE(order(SagaWish::Retry, nearly.id));
  EXPECT_EQ(all().at(0).outages, 0) << "nor is what it waits before it asks again";
}

TEST_F(Sagas, TurnBackWhenSomebodySaysSo) {
  left.away = true;
  begin<BothNod>("deal");
  const auto back = order(SagaWish::Back, all().at(0).id);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->phase, SagaPhase::Back);
  EXPECT_EQ(back->turned_back, "by_operator");
  EXPECT_EQ(back->problem, "turned back by ann: called them");

  left.away = false;
  run_for_long();
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
  EXPECT_EQ(deal("deal").nods, 0);
}

TEST_F(Sagas, TakeNoAnswerOfWhoeverDroveThemBeforeAPersonInterfered) {
  left.during = [&] { ASSERT_TRUE(order(SagaWish::Back, all().at(0).id)); };
  begin<BothNod>("deal");

  EXPECT_EQ(left.calls, 1);
  const SagaRecord crossed = all().at(0);
  EXPECT_EQ(crossed.phase, SagaPhase::Back) << "the answer that was under way changes nothing";
  EXPECT_EQ(crossed.steps.at(0).state, StepState::ToCome);
  EXPECT_EQ(deal("deal").nods, 0);
  run_for_long();
  EXPECT_EQ(all().at(0).status, SagaStatus::Undone);
  EXPECT_EQ(right.calls, 0);
}

TEST_F(Sagas, RefuseWhatMakesNoSenseAndNameWhatDoes) {
  right.away = true;
  begin<BothNod>("deal");
  const SagaId id = all().at(0).id;

  const auto too_late = order(SagaWish::Back, id);
  ASSERT_FALSE(too_late);
  EXPECT_EQ(too_late.error().rule, "banyan.saga_not_possible");
  EXPECT_EQ(words_of(too_late.error()),
            "saga " + id.str() +
                ": no back, for it is past its point of no return, at nod. Possible now: retry,"
                " mark|possible: retry, which asks for the step again, with a fresh count of"
                " attempts|possible: mark, which says that the step is done, or on the way back"
                " undone");
  ASSERT_TRUE(mark(all().at(0))) << "it waits for somebody who does not answer";
  for (const SagaWish wish : {SagaWish::Retry, SagaWish::Mark, SagaWish::Back}) {
    const auto over = order(wish, id);
    ASSERT_FALSE(over);
    EXPECT_NE(over.error().message.find("it is done"), std::string::npos) << over.error().message;
  }
  const auto unknown = order(SagaWish::Mark, SagaId::make({1}, random));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().rule, "banyan.unknown_saga");
}

TEST_F(Sagas, AreNotMarkedWhereOnlyTheAnswerSaysWhatChanges) {
  left.broken = true;
  begin<LeftNods>("deal");
  run_for_long();
  const SagaRecord before = all().at(0);
  ASSERT_EQ(before.status, SagaStatus::Stuck);

  const auto refused = mark(before);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("only the answer to nod"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(all().at(0), before);
}

}  // namespace
}  // namespace banyan::deals
