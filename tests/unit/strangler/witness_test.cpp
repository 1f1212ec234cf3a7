// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/witness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>

#include "banyan/test/temporary_folder.hpp"
#include "manual_scheduler.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
const Reason kBecause{"ann@desk", "a test"};

/// A control store, and a process that goes by it; beside them somebody who has only the file.
class WitnessTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_->enlist({"catalog", "orders"}));
    sides_["catalog"] = {.both_reach_data = false};
    sides_["orders"] = {.data = DataStage::Separate, .old_side_sees_writes = false};
  }

  std::unique_ptr<ControlStore> open() const {
    return ControlStore::open(file_, system_clock(), ControlStore::Mode::MayCreate).value();
  }
  Survey survey() {
    return [this](std::string_view module) { return sides_[std::string(module)]; };
  }
  /// What somebody finds who opens the file now.
  Topology noted(std::string_view module) const {
    const auto store = open();
    return noted_survey(*store).value()(module);
  }
  /// What that one is told who wants a share of catalog's reads on the new side.
  Result<Change> shift_past_the_process(bool force) const {
    const auto store = open();
    Switchboard board(*store, noted_survey(*store).value());
    return board.shift("catalog", {*Percent::parse("50"), {}, {.force = force}}, kBecause);
  }

  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("control.db");
  std::unique_ptr<ControlStore> store_ = open();
  std::map<std::string, Topology> sides_;
  test::ManualScheduler scheduler_;
  Witness witness_{*store_, survey()};
};

TEST_F(WitnessTest, NotesWhatStandsOnBothSidesUntilItEnds) {
  EXPECT_FALSE(noted("catalog").current) << "nobody has looked yet";
  witness_.begin(scheduler_);
  EXPECT_EQ(noted("catalog"), sides_["catalog"]);
  EXPECT_EQ(noted("orders"), sides_["orders"]);
  sides_["catalog"].data = DataStage::Switched;
  scheduler_.tick();
  EXPECT_EQ(noted("catalog").data, DataStage::Switched);
  witness_.end();
  EXPECT_FALSE(noted("catalog").current);
  EXPECT_EQ(noted("catalog").data, DataStage::Switched) << "so it was when somebody last looked";
}

TEST_F(WitnessTest, WritesNothingWhileNothingChanges) {
  witness_.begin(scheduler_);
  const auto other = open();
  const auto before = other->outside_version();
  scheduler_.tick();
  scheduler_.tick();
  EXPECT_EQ(*before, *other->outside_version());
}

TEST_F(WitnessTest, IsOneProcessAtATime) {
  witness_.begin(scheduler_);
  const auto store = open();
  Witness second(*store, [](std::string_view) { return Topology{}; });
  second.look();
  EXPECT_FALSE(noted("catalog").both_reach_data) << "the first one has said so, and is there";
  witness_.end();
  second.look();
  EXPECT_TRUE(noted("catalog").both_reach_data);
  EXPECT_TRUE(noted("catalog").current);
}

TEST_F(WitnessTest, ThatCannotSeeIsNone) {
  bool blind = false;
  Witness witness(*store_, [&](std::string_view) -> Topology {
    if (blind) throw std::runtime_error("the database is away");
    return {};
  });
  witness.look();
  EXPECT_TRUE(has_witness(file_));
  blind = true;
  witness.look();
  EXPECT_FALSE(has_witness(file_));
  blind = false;
  witness.look();
  EXPECT_TRUE(has_witness(file_));
}

TEST_F(WitnessTest, ThatHangsIsNone) {
  witness_.begin(scheduler_);
  EXPECT_TRUE(has_witness(file_));
  const std::string lock = std::filesystem::canonical(file_).string() + ".witness";
  std::filesystem::last_write_time(
      lock, std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1));
  EXPECT_FALSE(has_witness(file_)) << "it has not looked for a minute, though it has the lock";
  scheduler_.tick();
  EXPECT_TRUE(has_witness(file_));
}

TEST_F(WitnessTest, SaysNothingOfARolloutThatNobodyHereHas) {
  sides_["orders"] = {.old_side = false, .new_side = false};
  witness_.begin(scheduler_);
  EXPECT_FALSE(noted("orders").current);
  sides_["orders"] = {};
  scheduler_.tick();
  EXPECT_TRUE(noted("orders").current);
  sides_["orders"] = {.old_side = false, .new_side = false};
  scheduler_.tick();
  EXPECT_FALSE(noted("orders").current) << "what was noted before it left is not so now";
  EXPECT_TRUE(noted("catalog").current);
}

TEST_F(WitnessTest, IsFoundByAnyNameOfTheStore) {
  witness_.begin(scheduler_);
  const std::string other = folder_.file("also.db");
  std::filesystem::create_symlink(file_, other);
  EXPECT_TRUE(has_witness(other));
}

TEST_F(WitnessTest, MakesARefusalTheSameForWhoComesPastTheProcess) {
  witness_.begin(scheduler_);
  Switchboard board(*store_, survey());
  const auto by_the_process =
      board.shift("catalog", {*Percent::parse("50"), {}, {.force = true}}, kBecause);
  ASSERT_FALSE(by_the_process);
  for (const bool force : {false, true}) {
    const auto refused = shift_past_the_process(force);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().rule, "banyan.illegal_stage");
    EXPECT_EQ(refused.error().message, by_the_process.error().message);
  }
  sides_["catalog"].both_reach_data = true;
  scheduler_.tick();
  EXPECT_TRUE(shift_past_the_process(false)) << "legal, and somebody is there who knows it";
}

TEST_F(WitnessTest, IsMissedWhereNothingRuns) {
  sides_["catalog"].both_reach_data = true;
  witness_.begin(scheduler_);
  witness_.end();
  const auto unsure = shift_past_the_process(false);
  ASSERT_FALSE(unsure);
  EXPECT_EQ(unsure.error().rule, "banyan.legality_unknown");
  EXPECT_THAT(unsure.error().message, HasSubstr("whether canary 50% is legal for catalog"));
  EXPECT_THAT(unsure.error().message, HasSubstr("--force"));
  const auto forced = shift_past_the_process(true);
  ASSERT_TRUE(forced) << forced.error().message;
  EXPECT_EQ(forced->entry->evidence, "forced, and nobody could say whether it is legal");
}

TEST_F(WitnessTest, IsBelievedInWhatItHasForbiddenAlsoWhenItHasEnded) {
  witness_.begin(scheduler_);
  witness_.end();
  const auto refused = shift_past_the_process(true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.illegal_stage");
  EXPECT_THAT(refused.error().message, HasSubstr("start it, and it looks anew"));
}

TEST_F(WitnessTest, LeavesTheWayToLegacyOpenForAll) {
  Switchboard before(*store_);
  ASSERT_TRUE(before.shift("catalog", {Percent::all(), Side::Remote}, kBecause));
  Switchboard board(*store_, noted_survey(*store_).value());
  EXPECT_EQ(board.back("catalog", kBecause).error().rule, "banyan.legality_unknown");
  EXPECT_EQ(board.go_to({.revision = 0, .dry_run = true}, kBecause)->changes.size(), 1U);
  EXPECT_TRUE(board.back("catalog", kBecause, true));
  EXPECT_TRUE(board.shift("catalog", {Percent::none(), Side::Local}, kBecause));
}

// The module's last process was built without the old side; the next one will have it.
TEST_F(WitnessTest, DoesNotBarTheWayToLegacyByWhatItSawBeforeItEnded) {
  Switchboard before(*store_);
  ASSERT_TRUE(before.shift("catalog", {Percent::all(), Side::Remote}, kBecause));
  sides_["catalog"] = {.old_side = false};
  witness_.begin(scheduler_);
  Switchboard board(*store_, noted_survey(*store_).value());
  const auto refused = board.shift("catalog", {Percent::none(), Side::Local}, kBecause);
  ASSERT_FALSE(refused) << "the process that runs cannot answer";
  EXPECT_EQ(refused.error().rule, "banyan.illegal_stage");
  witness_.end();
  Switchboard later(*store_, noted_survey(*store_).value());
  EXPECT_TRUE(later.shift("catalog", {Percent::none(), Side::Local}, kBecause));
}

TEST_F(WitnessTest, LeavesAloneWhatTheProcessThatRunsDoesNotHave) {
  Switchboard before(*store_);
  ASSERT_TRUE(before.shift("orders", {Percent::all(), {}}, kBecause));
  ASSERT_TRUE(before.shift("orders", {Percent::none(), {}}, kBecause));
  sides_["orders"] = {.old_side = false, .new_side = false};
  witness_.begin(scheduler_);
  Switchboard board(*store_, noted_survey(*store_).value());
  for (const bool force : {false, true}) {
    const auto returned = board.go_to({.revision = 1, .despite = {.force = force}}, kBecause);
    ASSERT_TRUE(returned) << returned.error().message;
    EXPECT_EQ(returned->left, std::vector<std::string>{"orders"});
    EXPECT_TRUE(returned->changes.empty());
  }
}

TEST_F(WitnessTest, WhoSpeaksOfWhatIsUnknownHereHasSaidNothing) {
  witness_.begin(scheduler_);
  test::RawSqlite(file_).run("UPDATE sightings SET data = 'sharded' WHERE module = 'catalog'");
  EXPECT_FALSE(noted("catalog").current) << "a newer version has noted that";
  EXPECT_TRUE(noted("orders").current);
}

TEST_F(WitnessTest, FindsAPlaceInAStoreOfAnEarlierVersion) {
  store_.reset();
  test::RawSqlite(file_).run("DROP TABLE sightings");
  const auto store = open();
  Witness witness(*store, survey());
  witness.look();
  EXPECT_EQ(noted("catalog"), sides_["catalog"]);
}

TEST_F(WitnessTest, IsNotNeededToCloseARolloutThatIsGone) {
  Switchboard before(*store_);
  ASSERT_TRUE(before.shift("catalog", {Percent::all(), {}}, kBecause));
  ASSERT_TRUE(before.shift("orders", {Percent::all(), {}}, kBecause));
  ASSERT_TRUE(before.shift("orders", {Percent::none(), {}}, kBecause));
  ASSERT_TRUE(before.shift("catalog", {Percent::none(), {}}, kBecause));
  sides_["catalog"] = {.both_reach_data = true};
  sides_["orders"] = {.old_side = false, .new_side = false};
  Switchboard board(*store_, survey());

  const auto returned = board.go_to({.revision = 2}, kBecause);
  ASSERT_TRUE(returned) << returned.error().message;
  ASSERT_EQ(returned->changes.size(), 1U);
  EXPECT_EQ(returned->changes.front().module, "catalog");
  EXPECT_EQ(returned->left, std::vector<std::string>{"orders"});
  EXPECT_EQ(board.overview()->positions.size(), 1U) << "nobody here has orders any more";
  const auto more = board.shift("orders", {Percent::all(), {}}, kBecause);
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("nobody here has orders"));
  ASSERT_TRUE(before.shift("orders", {Percent::all(), {}}, kBecause));
  const auto overview = board.overview();
  ASSERT_TRUE(overview);
  ASSERT_EQ(overview->positions.size(), 2U) << "its traffic is elsewhere, so it is told";
  EXPECT_EQ(overview->positions[1].rollout.module, "orders");
  EXPECT_THAT(overview->positions[1].illegal.value_or(""), HasSubstr("nobody here has orders"));
  EXPECT_TRUE(board.shift("orders", {Percent::none(), {}}, kBecause)) << "it may be closed";
}

}  // namespace
}  // namespace banyan::strangler
