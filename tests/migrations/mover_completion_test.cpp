// SPDX-License-Identifier: Apache-2.0
// The end of a move: the copy in the shared file goes, wherever who drops it is killed.
#include "banyan/mover/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <stdexcept>
#include <thread>

#include "mover_process.hpp"
#include "warehouse_sample.hpp"

namespace banyan::mover {
namespace {

using ::testing::AllOf;
using testing::Child;
using testing::Content;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_shop;
using testing::RawDatabase;
using testing::shop_ownership;
using testing::TempFolder;
using testing::warehouse_content;
using testing::warehouse_request;

class MoverCompletion : public ::testing::Test {
 protected:
  MoverCompletion() { make_shop(shared_, 10); }

  void must_move(Direction direction) {
    const auto outcome = move_module(warehouse_request(shared_), direction);
    std::string told = outcome ? "" : outcome.error().message;
    if (!outcome) {
      for (const Detail& each : outcome.error().details) told += "\n" + each.problem;
    }
    ASSERT_TRUE(outcome) << told;
  }
  void must_complete() {
    const auto outcome = complete_move(warehouse_request(shared_));
    std::string told = outcome ? "" : outcome.error().message;
    if (!outcome) {
      for (const Detail& each : outcome.error().details) told += "\n" + each.problem;
    }
    ASSERT_TRUE(outcome) << told;
  }
  std::string stage() {
    RawDatabase shared(shared_);
    if (shared.number("SELECT count(*) FROM sqlite_master WHERE name = 'banyan_fence'") == 0) {
      return "shared";
    }
    return shared.text("SELECT stage FROM banyan_fence WHERE module = 'warehouse'");
  }
  // Of the copy and of what guards it; the fence itself is not counted.
  std::int64_t left_in_shared() {
    return RawDatabase(shared_).number(
        "SELECT count(*) FROM sqlite_master WHERE tbl_name IN ('stock', 'shelf', 'odd \"name', "
        "'hold', 'journal', 'low_stock')");
  }
  // The tables are in the own file, whole, and writers get in there.
  void expect_at_home_in_own(const Content& content) {
    EXPECT_EQ(warehouse_content(own_), content);
    EXPECT_EQ(RawDatabase(own_).try_run("UPDATE stock SET note = note WHERE track = 900"), "");
    const auto placement = placement_of(shared_, "warehouse");
    ASSERT_TRUE(placement) << placement.error().message;
    EXPECT_TRUE(placement->moved);
    EXPECT_EQ(placement->file, own_);
  }
  // The dry run and the order say the same, and nothing has been dropped.
  void expect_refused(const MoveRequest& request, const std::string& what) {
    const auto plan = plan_completion(request);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_THAT(to_text(*plan), HasSubstr(what));
    EXPECT_THAT(plan->refusals, ::testing::Not(IsEmpty()));
    const auto outcome = complete_move(request);
    ASSERT_FALSE(outcome) << what;
    EXPECT_EQ(outcome.error().rule, "mover.refused");
    EXPECT_NE(stage(), "separate");
  }

  TempFolder folder_;
  std::filesystem::path shared_ = folder_ / "shop.db";
  std::filesystem::path own_ = folder_ / "shop.warehouse.db";
};

TEST_F(MoverCompletion, DropsTheCopyWithItsGuardsAndNothingElse) {
  const Content before = warehouse_content(shared_);
  must_move(Direction::Out);
  const auto epoch = placement_of(shared_, "warehouse")->epoch;
  ASSERT_GT(left_in_shared(), 0);

  const auto plan = plan_completion(warehouse_request(shared_));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(plan->refusals, IsEmpty()) << to_text(*plan);
  EXPECT_EQ(plan->tables.size(), 5U);
  EXPECT_EQ(plan->companion_rows, 2);
  EXPECT_EQ(stage(), "switched") << "a dry run changes nothing";
  EXPECT_GT(left_in_shared(), 0);

  const auto done = complete_move(warehouse_request(shared_));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(done->already_complete);
  EXPECT_EQ(done->epoch, epoch) << "nothing was switched";
  EXPECT_EQ(done->authoritative, own_);
  EXPECT_EQ(stage(), "separate");
  EXPECT_EQ(left_in_shared(), 0);
  RawDatabase shared(shared_);
  EXPECT_EQ(shared.number("SELECT count(*) FROM sqlite_master WHERE name LIKE 'banyan_fence_%'"),
            0);
  EXPECT_EQ(shared.text("SELECT state FROM banyan_fence"), "moved") << "what guards elsewhere read";
  EXPECT_EQ(shared.text("SELECT group_concat(module) FROM banyan_migrations"), "catalog");
  EXPECT_EQ(shared.number("SELECT count(*) FROM orders"), 10);
  expect_at_home_in_own(before);
  EXPECT_TRUE(placement_of(shared_, "warehouse")->complete);
}

TEST_F(MoverCompletion, AskedTwiceIsDoneOnce) {
  must_move(Direction::Out);
  must_complete();
  const auto again = complete_move(warehouse_request(shared_));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->already_complete);
  EXPECT_THAT(to_text(*again), HasSubstr("Nothing to complete"));
  const auto plan = plan_completion(warehouse_request(shared_));
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->already_complete);
  must_move(Direction::Out);  // "it is there already"
  EXPECT_EQ(stage(), "separate");
}

TEST_F(MoverCompletion, LeavesTheWayBackOpen) {
  const Content before = warehouse_content(shared_);
  must_move(Direction::Out);
  must_complete();
  const auto plan = plan_move(warehouse_request(shared_), Direction::Back);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(plan->refusals, IsEmpty()) << to_text(*plan);
  must_move(Direction::Back);
  EXPECT_EQ(testing::expect_single_authority(shared_), shared_);
  EXPECT_EQ(warehouse_content(shared_), before);
  EXPECT_EQ(stage(), "shared");
  must_move(Direction::Out);
  EXPECT_EQ(testing::expect_single_authority(shared_), own_);
  EXPECT_EQ(stage(), "switched");
  must_complete();
  expect_at_home_in_own(before);
}

TEST_F(MoverCompletion, NamesWhatSomebodyMadeAtTheOldPlaceAfterItBeforeTheWayBackDropsIt) {
  must_move(Direction::Out);
  must_complete();
  RawDatabase(shared_).run("CREATE TABLE journal(what TEXT); INSERT INTO journal VALUES ('late')");
  const auto plan = plan_move(warehouse_request(shared_), Direction::Back);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(to_text(*plan), HasSubstr("table journal"));
  EXPECT_FALSE(plan->refusals.empty());
}

TEST_F(MoverCompletion, IsRefusedWhereThereIsNoMoveToComplete) {
  expect_refused(warehouse_request(shared_), "there is no move to complete");
  must_move(Direction::Out);
  must_move(Direction::Back);
  expect_refused(warehouse_request(shared_), "banyan schema move warehouse");
  EXPECT_GT(left_in_shared(), 0);
}

TEST_F(MoverCompletion, IsRefusedWhileAnotherModuleUsesTheCopy) {
  must_move(Direction::Out);
  RawDatabase(shared_).run(
      "CREATE VIEW sold AS SELECT o.id, s.n FROM orders o JOIN stock s ON s.track = o.track");
  expect_refused(warehouse_request(shared_), "view sold");
  RawDatabase(shared_).run("DROP VIEW sold");
  RawDatabase(shared_).run(
      "CREATE TRIGGER count_down AFTER INSERT ON orders BEGIN DELETE FROM journal; END");
  expect_refused(warehouse_request(shared_), "trigger count_down");
  RawDatabase(shared_).run("DROP TRIGGER count_down");
  MoveRequest request = warehouse_request(shared_);
  request.statements = {{"orders", "SELECT n FROM stock WHERE track = ?1", "sql/orders.cpp:7"}};
  expect_refused(request, "orders still uses the copy (reads stock)");
  must_complete();
}

TEST_F(MoverCompletion, IsRefusedWhenTheCopyIsNotAsTheMoveLeftIt) {
  must_move(Direction::Out);
  {
    RawDatabase late(shared_);
    sqlite3_db_config(late.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    late.run("UPDATE stock SET n = 4711 WHERE track = 3");
  }
  expect_refused(warehouse_request(shared_), "table stock");
  EXPECT_EQ(RawDatabase(shared_).number("SELECT n FROM stock WHERE track = 3"), 4711);
}

TEST_F(MoverCompletion, IsRefusedWhenTheCopyHasWhatTheOwnFileHasNot) {
  must_move(Direction::Out);
  RawDatabase(own_).run("DROP TABLE journal");
  expect_refused(warehouse_request(shared_), "journal");
}

TEST_F(MoverCompletion, IsRefusedByFilesOfTwoTimesAsAMoveIs) {
  must_move(Direction::Out);
  std::filesystem::rename(own_, folder_ / "elsewhere.db");
  const auto missing = complete_move(warehouse_request(shared_));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().rule, "mover.own_file_missing");
  std::filesystem::rename(folder_ / "elsewhere.db", own_);
  RawDatabase(own_).run("UPDATE banyan_gate SET epoch = 7");
  const auto rewound = complete_move(warehouse_request(shared_));
  ASSERT_FALSE(rewound);
  EXPECT_EQ(rewound.error().rule, "mover.rewound");
  EXPECT_EQ(stage(), "switched");
}

TEST_F(MoverCompletion, PutsAGateRightThatAKilledMoverLeftClosedAndSettlesAnOlderOne) {
  const Content before = warehouse_content(shared_);
  must_move(Direction::Out);
  RawDatabase(own_).run("UPDATE banyan_gate SET state = 'closed', settled = 0");
  must_complete();
  EXPECT_EQ(RawDatabase(own_).text("SELECT state || settled FROM banyan_gate"), "open1");
  expect_at_home_in_own(before);

  must_move(Direction::Back);
  must_move(Direction::Out);
  RawDatabase(own_).run("UPDATE banyan_gate SET settled = NULL");  // as the first version left it
  must_complete();
  EXPECT_EQ(RawDatabase(own_).number("SELECT settled FROM banyan_gate"), 1);
}

TEST_F(MoverCompletion, WhatThrowsOnTheWayLeavesTheCopy) {
  must_move(Direction::Out);
  CompletionOptions options;
  options.on_step = [](CompletionStep step) {
    if (step == CompletionStep::FenceWritten) throw std::runtime_error("pulled the plug");
  };
  const auto outcome = complete_move(warehouse_request(shared_), options);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message,
              AllOf(HasSubstr("pulled the plug"), HasSubstr("Nothing was dropped")));
  EXPECT_EQ(stage(), "switched");
  EXPECT_EQ(testing::expect_single_authority(shared_), own_);
}

int complete_and_die_at(const MoveRequest& request, CompletionStep last) {
  CompletionOptions options;
  options.on_step = [last](CompletionStep step) {
    if (step == last) ::raise(SIGKILL);
  };
  return complete_move(request, options) ? 0 : 1;
}

class KilledWhileCompleting : public MoverCompletion, public ::testing::WithParamInterface<int> {};

TEST_P(KilledWhileCompleting, HasDoneAllOfItOrNothingAndTheSameCommandCompletes) {
  const auto step = static_cast<CompletionStep>(GetParam());
  const Content before = warehouse_content(shared_);
  must_move(Direction::Out);
  Child child([&] { return complete_and_die_at(warehouse_request(shared_), step); });
  ASSERT_TRUE(child.wait()) << "it was not killed at " << to_string(step);

  const bool done = step >= CompletionStep::Completed;
  const auto recoveries = recover(shared_, shop_ownership());
  ASSERT_TRUE(recoveries) << recoveries.error().message;
  for (const Recovery& each : *recoveries) {
    EXPECT_FALSE(each.failure) << each.failure->message;
    EXPECT_FALSE(each.changed) << "nothing has to be put right: " << each.note;
  }
  EXPECT_EQ(stage(), done ? "separate" : "switched") << to_string(step);
  EXPECT_EQ(left_in_shared() == 0, done) << to_string(step);
  expect_at_home_in_own(before);

  must_complete();
  EXPECT_EQ(stage(), "separate");
  EXPECT_EQ(left_in_shared(), 0);
  expect_at_home_in_own(before);
}
INSTANTIATE_TEST_SUITE_P(Steps, KilledWhileCompleting, ::testing::Range(1, 7));

TEST_F(MoverCompletion, KilledAtAnyMomentLosesNothing) {
  const Content before = warehouse_content(shared_);
  std::mt19937 random(20261130);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1000);
  int killed = 0;
  while (std::chrono::steady_clock::now() < until || killed == 0) {
    must_move(Direction::Out);
    const auto patience = std::chrono::microseconds(random() % 20'000);
    Child child([&] { return complete_move(warehouse_request(shared_)) ? 0 : 1; });
    std::this_thread::sleep_for(patience);  // the moment of death is what is being varied
    child.kill();
    killed += child.wait() ? 1 : 0;
    const auto recoveries = recover(shared_, shop_ownership());
    ASSERT_TRUE(recoveries) << recoveries.error().message;
    ASSERT_EQ(left_in_shared() == 0, stage() == "separate");
    expect_at_home_in_own(before);
    must_move(Direction::Back);
    ASSERT_EQ(warehouse_content(testing::expect_single_authority(shared_)), before);
  }
  RecordProperty("killed", killed);
}

}  // namespace
}  // namespace banyan::mover
