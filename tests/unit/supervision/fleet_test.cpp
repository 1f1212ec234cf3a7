// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace banyan::supervision {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using What = Action::What;

/// Programs in the order of their needs, on a clock that only the test moves.
class FleetTest : public testing::Test {
 protected:
  std::size_t add(const std::string& name, std::vector<std::size_t> needs = {},
                  Readiness::Kind ready = Readiness::Kind::Url) {
    Program program;
    program.name = name;
    program.needs = std::move(needs);
    program.ready.kind = ready;
    deployment_.programs.push_back(std::move(program));
    return deployment_.programs.size() - 1;
  }

  Fleet& fleet() {
    if (!fleet_) fleet_.emplace(deployment_);
    return *fleet_;
  }

  std::vector<Action> due() { return fleet().due(now_); }
  State state(std::size_t program) { return fleet().status(program).state; }

  void start_ready(std::size_t program) {
    fleet().started(program, 100 + static_cast<pid_t>(program), now_);
    fleet().ready(program, now_);
  }

  /// Fails, and says how long the pause is.
  std::chrono::milliseconds pause_after_failure(std::size_t program, int code = 1) {
    fleet().ended(program, {.code = code}, now_);
    if (!fleet().status(program).next_start) return -1ms;
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        *fleet().status(program).next_start - now_);
  }

  Deployment deployment_;
  std::optional<Fleet> fleet_;
  SteadyTime now_{};
};

TEST_F(FleetTest, StartsAProgramWhenAllThatItNeedsIsReady) {
  const auto store = add("store");
  const auto mail = add("mail");
  const auto shop = add("shop", {store, mail});
  EXPECT_THAT(due(), ElementsAre(Action{What::Start, store}, Action{What::Start, mail}));
  start_ready(store);
  fleet().started(mail, 7, now_);
  EXPECT_THAT(due(), IsEmpty());
  fleet().ready(mail, now_);
  EXPECT_THAT(due(), ElementsAre(Action{What::Start, shop}));
}

TEST_F(FleetTest, TakesAPreparationForReadyWhenItHasEndedWell) {
  const auto fill = add("fill", {}, Readiness::Kind::Exit);
  const auto shop = add("shop", {fill});
  due();
  fleet().started(fill, 7, now_);
  EXPECT_THAT(due(), IsEmpty());
  fleet().ended(fill, {.code = 0}, now_);
  EXPECT_EQ(state(fill), State::Done);
  EXPECT_THAT(due(), ElementsAre(Action{What::Start, shop}));
}

TEST_F(FleetTest, DoublesThePauseOfACrashLoopUpToTheLongest) {
  deployment_.restart_first = 100ms;
  deployment_.restart_most = 500ms;
  const auto shop = add("shop");
  for (const auto expected : {100ms, 200ms, 400ms, 500ms, 500ms}) {
    EXPECT_THAT(due(), ElementsAre(Action{What::Start, shop}));
    fleet().started(shop, 7, now_);
    EXPECT_EQ(pause_after_failure(shop), expected);
    EXPECT_EQ(fleet().next(), now_ + expected);
    now_ += expected - 1ms;
    EXPECT_THAT(due(), IsEmpty());
    now_ += 1ms;
  }
  EXPECT_THAT(due(), ElementsAre(Action{What::Start, shop}));
  EXPECT_EQ(fleet().status(shop).restarts, 5U);
}

TEST_F(FleetTest, BeginsWithTheShortPauseAgainAfterAHealthyWhile) {
  deployment_.restart_first = 100ms;
  deployment_.healthy_after = 10s;
  const auto shop = add("shop");
  for (const auto& [healthy, expected] :
       {std::pair(0s, 100ms), {9s, 200ms}, {10s, 100ms}, {1s, 200ms}}) {
    due();
    start_ready(shop);
    now_ += healthy;
    EXPECT_EQ(pause_after_failure(shop), expected) << healthy.count();
    now_ += expected;
  }
}

TEST_F(FleetTest, LengthensThePauseOfWhatCannotBeStartedAnyMoreAfterAHealthyWhile) {
  deployment_.restart_first = 100ms;
  deployment_.healthy_after = 10s;
  const auto shop = add("shop");
  due();
  start_ready(shop);
  now_ += 1h;
  EXPECT_EQ(pause_after_failure(shop), 100ms);
  for (const auto expected : {200ms, 400ms, 800ms}) {
    now_ = *fleet().status(shop).next_start;
    EXPECT_THAT(due(), ElementsAre(Action{What::Start, shop}));
    fleet().ended(shop, {.trouble = "there is no such file"}, now_);
    EXPECT_EQ(*fleet().status(shop).next_start - now_, expected);
  }
}

TEST_F(FleetTest, TakesNothingForReadyThatHasEndedBeforeItWas) {
  for (const auto kind : {Readiness::Kind::Url, Readiness::Kind::File}) {
    for (const auto restart : {Restart::Never, Restart::OnFailure, Restart::Always}) {
      Deployment deployment;
      deployment.programs.resize(2);
      deployment.programs[0].ready.kind = kind;
      deployment.programs[0].restart = restart;
      deployment.programs[1].needs = {0};
      Fleet fleet(deployment);
      fleet.due(now_);
      fleet.started(0, 7, now_);
      fleet.ended(0, {.code = 0}, now_);
      EXPECT_EQ(fleet.status(0).state, restart == Restart::Never ? State::Failed : State::Pausing);
      EXPECT_THAT(fleet.due(now_), IsEmpty());
      EXPECT_EQ(fleet.status(1).state, State::Waiting);
      EXPECT_EQ(fleet.over(), restart == Restart::Never);
      EXPECT_EQ(fleet.any_failed(), restart == Restart::Never);
    }
  }
}

TEST_F(FleetTest, StartsNothingOnTopOfAServiceThatHasEndedByItself) {
  const auto ware = add("ware");
  const auto shop = add("shop", {ware});
  due();
  start_ready(ware);
  due();
  start_ready(shop);
  fleet().ended(ware, {.code = 0}, now_);
  EXPECT_EQ(state(ware), State::Done) << "somebody has stopped it";
  EXPECT_EQ(state(shop), State::Ready) << "what needs it goes on";
  EXPECT_FALSE(fleet().is_waited_for(ware));
  fleet().restart(shop, now_);
  EXPECT_THAT(due(), ElementsAre(Action{What::Terminate, shop}));
  fleet().ended(shop, {.code = 0}, now_);
  EXPECT_THAT(due(), IsEmpty()) << "it would run without what it needs";
  EXPECT_TRUE(fleet().is_waited_for(ware));
  EXPECT_TRUE(fleet().over());
  EXPECT_TRUE(fleet().any_failed());
  fleet().restart(ware, now_);
  EXPECT_THAT(due(), ElementsAre(Action{What::Start, ware}));
  EXPECT_FALSE(fleet().over());
}

TEST_F(FleetTest, StopsAndStartsAgainWhatIsNotReadyInTime) {
  const auto shop = add("shop");
  deployment_.programs[shop].ready_time = 5s;
  deployment_.programs[shop].stop_timeout = 2s;
  due();
  fleet().started(shop, 7, now_);
  now_ += 5s;
  EXPECT_THAT(due(), ElementsAre(Action{What::Terminate, shop}));
  EXPECT_THAT(due(), IsEmpty());
  now_ += 2s;
  EXPECT_THAT(due(), ElementsAre(Action{What::Kill, shop}));
  EXPECT_THAT(due(), IsEmpty());
  fleet().ended(shop, {.signal = 9}, now_);
  EXPECT_EQ(state(shop), State::Pausing);
}

struct PolicyCase {
  Restart restart;
  Ending ending;
  State expected;
};

TEST_F(FleetTest, GoesByThePolicyAndTheCode) {
  const std::vector<PolicyCase> cases = {
      {Restart::Always, {.code = 0}, State::Pausing},
      {Restart::Always, {.code = 1}, State::Pausing},
      {Restart::OnFailure, {.code = 0}, State::Done},
      {Restart::OnFailure, {.code = 1}, State::Pausing},
      {Restart::OnFailure, {.signal = 11}, State::Pausing},
      {Restart::OnFailure, {.trouble = "there is none"}, State::Pausing},
      {Restart::Never, {.code = 0}, State::Done},
      {Restart::Never, {.code = 1}, State::Failed},
      // Wrong usage, wrong configuration: the next one would end in the same way.
      {Restart::Always, {.code = 64}, State::Failed},
      {Restart::OnFailure, {.code = 78}, State::Failed},
  };
  for (const PolicyCase& each : cases) {
    Deployment deployment;
    deployment.programs.resize(1);
    deployment.programs[0].restart = each.restart;
    Fleet fleet(deployment);
    fleet.due(now_);
    fleet.started(0, 7, now_);
    fleet.ready(0, now_);
    fleet.ended(0, each.ending, now_);
    EXPECT_EQ(fleet.status(0).state, each.expected)
        << to_string(each.restart) << ' ' << to_string(each.ending);
  }
}

TEST_F(FleetTest, StopsInReverseOrderOfTheNeeds) {
  const auto store = add("store");
  const auto ware = add("ware", {store});
  const auto shop = add("shop", {ware});
  for (const auto each : {store, ware, shop}) {
    due();
    start_ready(each);
  }
  fleet().stop();
  EXPECT_THAT(due(), ElementsAre(Action{What::Terminate, shop}));
  fleet().ended(shop, {.code = 0}, now_);
  EXPECT_THAT(due(), ElementsAre(Action{What::Terminate, ware}));
  fleet().ended(ware, {.signal = 15}, now_);
  EXPECT_THAT(due(), ElementsAre(Action{What::Terminate, store}));
  EXPECT_FALSE(fleet().over());
  fleet().ended(store, {.code = 0}, now_);
  EXPECT_TRUE(fleet().over());
  EXPECT_FALSE(fleet().any_failed());
}

TEST_F(FleetTest, KillsWhatDoesNotStopInTime) {
  const auto shop = add("shop");
  deployment_.programs[shop].stop_timeout = 3s;
  due();
  start_ready(shop);
  fleet().stop();
  EXPECT_THAT(due(), ElementsAre(Action{What::Terminate, shop}));
  EXPECT_EQ(fleet().next(), now_ + 3s);
  now_ += 3s;
  EXPECT_THAT(due(), ElementsAre(Action{What::Kill, shop}));
}

TEST_F(FleetTest, StartsNothingAnyMoreOnceItIsStopping) {
  const auto ware = add("ware");
  const auto shop = add("shop", {ware});
  due();
  fleet().started(ware, 7, now_);
  fleet().stop();
  EXPECT_EQ(state(shop), State::Stopped);
  due();
  fleet().ended(ware, {.code = 1}, now_);
  EXPECT_THAT(due(), IsEmpty());
  EXPECT_TRUE(fleet().over());
}

TEST_F(FleetTest, RestartsAtOnceWhatSomebodyAsksFor) {
  const auto ware = add("ware");
  const auto shop = add("shop", {ware});
  due();
  start_ready(ware);
  due();
  start_ready(shop);
  fleet().restart(ware, now_);
  EXPECT_THAT(due(), ElementsAre(Action{What::Terminate, ware}));
  fleet().ended(ware, {.signal = 15}, now_);
  EXPECT_THAT(due(), ElementsAre(Action{What::Start, ware}));
  EXPECT_EQ(state(shop), State::Ready) << "what needs it goes on";
  EXPECT_EQ(fleet().status(ware).restarts, 1U);
}

TEST_F(FleetTest, RestartsWhatHasFailedForGood) {
  const auto shop = add("shop");
  due();
  fleet().started(shop, 7, now_);
  fleet().ended(shop, {.code = 78}, now_);
  EXPECT_TRUE(fleet().over());
  EXPECT_TRUE(fleet().any_failed());
  fleet().restart(shop, now_);
  EXPECT_THAT(due(), ElementsAre(Action{What::Start, shop}));
}

TEST_F(FleetTest, IsOverWhenTheRestWaitsForWhatHasFailed) {
  const auto ware = add("ware");
  const auto shop = add("shop", {ware});
  const auto page = add("page", {shop});
  due();
  fleet().started(ware, 7, now_);
  EXPECT_FALSE(fleet().over());
  fleet().ended(ware, {.code = 64}, now_);
  EXPECT_TRUE(fleet().over());
  EXPECT_EQ(state(page), State::Waiting);
}

}  // namespace
}  // namespace banyan::supervision
