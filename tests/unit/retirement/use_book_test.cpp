// SPDX-License-Identifier: Apache-2.0
#include "banyan/retirement/use_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "banyan/test/temporary_folder.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::retirement {
namespace {

using test::TemporaryFolder;

class UseBookTest : public testing::Test {
 protected:
  std::unique_ptr<UseBook> open() {
    auto book = UseBook::open(file_, clock_);
    EXPECT_TRUE(book) << book.error().message;
    return book ? std::move(*book) : nullptr;
  }

  TemporaryFolder folder_;
  /// All of the time that the book knows of.
  Watch watched(UseBook& book, Timestamp from) const {
    return watched_between(book.read()->watched, from, clock_.now());
  }
  Timestamp ago(std::chrono::microseconds time) const {
    return {clock_.now().micros - time.count()};
  }

  std::string file_ = folder_.file("control.db.uses");
  ManualClock clock_;
  const UseKey album_{"catalog", "get_album", "local", "request"};
};

TEST_F(UseBookTest, KeepsTheLastUseOverARestart) {
  const Timestamp began = clock_.now();
  {
    const auto book = open();
    ASSERT_TRUE(book->note({{album_, 3}}));
    clock_.advance(std::chrono::minutes(1));
    ASSERT_TRUE(book->note({{album_, 2}}));
  }
  const Timestamp last = clock_.now();
  clock_.advance(std::chrono::hours(5));
  const auto book = open();
  ASSERT_TRUE(book->note({}));
  const auto uses = book->read();
  ASSERT_TRUE(uses);
  EXPECT_EQ(uses->since, began);
  EXPECT_EQ(uses->noted, clock_.now());
  EXPECT_TRUE(uses->complete);
  ASSERT_EQ(uses->uses.size(), 1U);
  EXPECT_EQ(uses->uses[0].key, album_);
  EXPECT_EQ(uses->uses[0].count, 5U);
  EXPECT_EQ(uses->uses[0].first, began);
  EXPECT_EQ(uses->uses[0].last, last);
}

TEST_F(UseBookTest, KeepsWhenTheLastUseWasHoweverLateItIsNoted) {
  const auto book = open();
  const Timestamp used = clock_.now();
  clock_.advance(std::chrono::seconds(50));
  ASSERT_TRUE(book->note({{album_, 1, used}}));
  EXPECT_EQ(book->read()->uses[0].first, used);
  EXPECT_EQ(book->read()->uses[0].last, used);
  ASSERT_TRUE(book->note({{album_, 1, ago(std::chrono::hours(1))}}));
  EXPECT_EQ(book->read()->uses[0].last, used) << "another process notes what is longer ago";
  ASSERT_TRUE(book->note({{album_, 1}}));
  EXPECT_EQ(book->read()->uses[0].last, clock_.now()) << "nobody knows: it may have been just now";
}

TEST_F(UseBookTest, TakesTheNotesOfTwoProcesses) {
  const auto one = open();
  const auto other = open();
  ASSERT_TRUE(one->note({{album_, 1}}));
  ASSERT_TRUE(other->note({{album_, 1}}));
  EXPECT_EQ(one->read()->uses[0].count, 2U);
}

TEST_F(UseBookTest, TellsWhenSomebodyLookedAndWhenNobodyDid) {
  const Timestamp began = clock_.now();
  {
    const auto book = open();
    for (int i = 0; i < 10; ++i) {
      clock_.advance(std::chrono::minutes(1));
      ASSERT_TRUE(book->note({}));
    }
    clock_.advance(std::chrono::seconds(59));  // and is killed: what it counted since is lost
  }
  const Timestamp last{began.micros + 600'000'000};
  const Timestamp lost{last.micros + 60'000'000};
  clock_.advance(std::chrono::hours(5));
  const Timestamp again = clock_.now();
  const auto book = open();
  EXPECT_EQ(book->read()->watched, (std::vector<Stretch>{{began, last, lost}}));
  clock_.advance(std::chrono::minutes(1));
  ASSERT_TRUE(book->note({}));
  EXPECT_EQ(book->read()->watched,
            (std::vector<Stretch>{{began, last, lost}, {again, clock_.now(), clock_.now()}}));
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(book->note({}));
  EXPECT_EQ(book->read()->watched.front(), (Stretch{began, last, lost})) << "it stays so";
}

// What one has seen the other one does not know.
TEST_F(UseBookTest, TakesTheLastMinuteOfOneThatIsKilledForUnwatchedWhoeverElseLooked) {
  const auto one = open();
  auto other = open();
  ASSERT_TRUE(one->note({}));
  ASSERT_TRUE(other->note({}));
  const Timestamp began = clock_.now();
  clock_.advance(std::chrono::seconds(30));
  other.reset();
  for (int i = 0; i < 10; ++i) {
    clock_.advance(std::chrono::minutes(1));
    ASSERT_TRUE(one->note({}));
  }
  const Watch watch = watched(*one, began);
  EXPECT_EQ(watch.watched, std::chrono::seconds(9 * 60 + 30));
  EXPECT_EQ(watch.longest_gap.since, began);
  EXPECT_EQ(watch.longest_gap.until, (Timestamp{began.micros + 60'000'000}));
}

TEST_F(UseBookTest, HasNoGapWhereOneEndsInOrder) {
  const auto one = open();
  auto other = open();
  ASSERT_TRUE(one->note({}));
  ASSERT_TRUE(other->note({}));
  const Timestamp began = clock_.now();
  clock_.advance(std::chrono::seconds(30));
  ASSERT_TRUE(other->end({{album_, 1}}));
  other.reset();
  clock_.advance(std::chrono::minutes(1));
  ASSERT_TRUE(one->note({}));
  EXPECT_EQ(watched(*one, began).watched, std::chrono::seconds(90));
  EXPECT_EQ(one->read()->uses[0].count, 1U);
}

// Its uses wait in its memory; when it is killed they are lost, all of them.
TEST_F(UseBookTest, TakesTheTimeInWhichOneCannotNoteForUnwatchedUntilItCan) {
  const auto one = open();
  auto other = open();
  ASSERT_TRUE(one->note({}));
  ASSERT_TRUE(other->note({}));
  const Timestamp began = clock_.now();
  for (int i = 0; i < 60; ++i) {
    clock_.advance(std::chrono::minutes(1));
    ASSERT_TRUE(one->note({}));
  }
  EXPECT_EQ(watched(*one, began).watched, std::chrono::seconds(0)) << "it may have seen much";
  ASSERT_TRUE(other->note({{album_, 1}}));
  EXPECT_EQ(watched(*one, began).watched, std::chrono::hours(1)) << "which is known now";
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(one->note({}));
  other.reset();
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(one->note({}));
  EXPECT_EQ(watched(*one, began).watched, std::chrono::hours(2) - std::chrono::minutes(1));
  EXPECT_EQ(watched(*one, ago(std::chrono::minutes(50))).watched, std::chrono::minutes(50));
}

// One that could not note from the beginning on, as on a full disk, has run all the same.
TEST_F(UseBookTest, KnowsOfOneThatHasNeverNoted) {
  const auto one = open();
  ASSERT_TRUE(one->note({}));
  const Timestamp began = clock_.now();
  const auto other = open();
  for (int i = 0; i < 60; ++i) {
    clock_.advance(std::chrono::minutes(1));
    ASSERT_TRUE(one->note({}));
  }
  EXPECT_EQ(watched(*one, began).watched, std::chrono::seconds(0)) << "it may have seen much";
}

TEST_F(UseBookTest, IsNotHeldByWhoHasOpenedItAndNotedNothing) {
  const auto one = open();
  ASSERT_TRUE(one->note({}));
  const Timestamp began = clock_.now();
  open().reset();
  clock_.advance(std::chrono::minutes(1));
  ASSERT_TRUE(one->note({}));
  EXPECT_EQ(watched(*one, began).watched, std::chrono::minutes(1));
}

TEST_F(UseBookTest, KeepsABoundedNumberOfStretchesAndForgetsTheOldest) {
  {
    ASSERT_TRUE(open()->note({}));
  }
  const Timestamp first = clock_.now();
  clock_.advance(std::chrono::minutes(1));
  {
    test::RawSqlite other(file_);
    other.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
        "INSERT INTO stretches (since, until) SELECT " +
        std::to_string(clock_.now().micros) + " + i, " + std::to_string(clock_.now().micros) +
        " + i FROM n");
  }
  clock_.advance(std::chrono::minutes(1));
  const auto book = open();
  ASSERT_TRUE(book->note({}));
  const auto watched = book->read()->watched;
  EXPECT_EQ(watched.size(), UseBook::kMostStretches);
  EXPECT_GT(watched.front().since, first);
  EXPECT_EQ(watched.back().until, clock_.now());
}

// Else the end of one that was killed could be forgotten, and the time count as watched.
TEST_F(UseBookTest, KnowsNothingOfTheTimeBeforeTheEndOfWhatItHasForgotten) {
  const auto one = open();
  ASSERT_TRUE(one->note({}));
  {
    ASSERT_TRUE(open()->note({}));
  }
  clock_.advance(std::chrono::hours(1));
  const Timestamp before = clock_.now();
  {
    test::RawSqlite other(file_);
    other.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO stretches (since, until) SELECT " +
        std::to_string(before.micros) + ", " + std::to_string(before.micros) + " + i FROM n");
  }
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(one->note({}));
  const auto uses = one->read();
  for (const Stretch& each : uses->watched) {
    EXPECT_GE(each.since, before) << "the one that was killed is forgotten, and one of the others";
  }
}

// A book of the version before has no word about gaps: its time was not watched.
TEST_F(UseBookTest, TakesOnABookOfTheFormatBeforeAndBelievesNothingOfItsTime) {
  {
    const auto book = open();
    ASSERT_TRUE(book->note({{album_, 3}}));
  }
  {
    test::RawSqlite other(file_);
    other.run(
        "DROP TABLE stretches; ALTER TABLE watch DROP COLUMN forgotten; PRAGMA user_version = 1");
  }
  const auto book = open();
  ASSERT_TRUE(book);
  EXPECT_EQ(book->read()->uses.front().count, 3U);
  EXPECT_TRUE(book->read()->watched.empty());
  clock_.advance(std::chrono::minutes(1));
  ASSERT_TRUE(book->note({}));
  EXPECT_EQ(book->read()->watched.size(), 1U);
}

TEST_F(UseBookTest, TakesOnABookThatDoesNotTellWhoHasEndedInOrder) {
  const Timestamp began = clock_.now();
  {
    const auto book = open();
    clock_.advance(std::chrono::hours(1));
    ASSERT_TRUE(book->end({}));
  }
  {
    test::RawSqlite other(file_);
    other.run(
        "ALTER TABLE stretches DROP COLUMN place; ALTER TABLE stretches DROP COLUMN running; "
        "ALTER TABLE stretches DROP COLUMN ran_until; ALTER TABLE watch DROP COLUMN forgotten; "
        "PRAGMA user_version = 2");
  }
  const Timestamp until = clock_.now();
  const auto book = open();
  ASSERT_TRUE(book);
  EXPECT_EQ(book->read()->watched,
            (std::vector<Stretch>{{began, until, {until.micros + 60'000'000}}}));
}

TEST_F(UseBookTest, HasABoundAndSaysSo) {
  const auto book = open();
  std::vector<UseCount> many;
  for (std::size_t i = 0; i <= UseBook::kMostKinds; ++i) {
    many.push_back({{"catalog", std::to_string(i), "local", "request"}, 1});
  }
  ASSERT_TRUE(book->note(many));
  EXPECT_EQ(book->read()->uses.size(), UseBook::kMostKinds);
  EXPECT_FALSE(book->read()->complete);
  ASSERT_TRUE(book->note({}));
  EXPECT_FALSE(book->read()->complete) << "it stays so";
}

TEST_F(UseBookTest, LeavesAForeignFileAsItIs) {
  std::ofstream(file_) << "somebody's notes";
  const auto book = UseBook::open(file_, clock_);
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().rule, "banyan.foreign_use_book");
  EXPECT_EQ(std::filesystem::file_size(file_), 16U);
}

TEST_F(UseBookTest, NoticesThatItsFileIsGone) {
  const auto book = open();
  ASSERT_TRUE(book->note({{album_, 1}}));
  std::filesystem::rename(file_, file_ + ".old");
  EXPECT_FALSE(book->note({{album_, 1}}));
  EXPECT_FALSE(book->read());
}

TEST_F(UseBookTest, IsToldAsJsonAndReadAgain) {
  const auto book = open();
  ASSERT_TRUE(book->note({{album_, 3}}));
  const auto uses = book->read();
  const auto again = uses_from_json(to_json(*uses));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->since, uses->since);
  EXPECT_EQ(again->watched, uses->watched);
  ASSERT_EQ(again->uses.size(), 1U);
  EXPECT_EQ(again->uses[0].key, album_);
  EXPECT_EQ(again->uses[0].last, uses->uses[0].last);
  EXPECT_EQ(uses_from_json(R"({"since":"2026-11-22T08:30:00.000000Z",
    "noted":"2026-11-22T08:30:00.000000Z","complete":true,"uses":[],"watched":[
    {"since":"2026-11-22T08:00:00.000000Z","until":"2026-11-22T08:30:00.000000Z"}]})")
                ->watched.front()
                .ran_until,
            timestamp_from("2026-11-22T08:31:00.000000Z"))
      << "a process of before does not say";
  EXPECT_FALSE(uses_from_json("{}"));
  EXPECT_FALSE(uses_from_json("nonsense"));
}

}  // namespace
}  // namespace banyan::retirement
