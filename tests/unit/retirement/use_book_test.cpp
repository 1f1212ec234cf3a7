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
  clock_.advance(std::chrono::hours(5));
  const Timestamp again = clock_.now();
  const auto book = open();
  EXPECT_EQ(book->read()->watched, (std::vector<Stretch>{{began, last}}));
  clock_.advance(std::chrono::minutes(1));
  ASSERT_TRUE(book->note({}));
  EXPECT_EQ(book->read()->watched, (std::vector<Stretch>{{began, last}, {again, clock_.now()}}));
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

// A book of the version before has no word about gaps: its time was not watched.
TEST_F(UseBookTest, TakesOnABookOfTheFormatBeforeAndBelievesNothingOfItsTime) {
  {
    const auto book = open();
    ASSERT_TRUE(book->note({{album_, 3}}));
  }
  {
    test::RawSqlite other(file_);
    other.run("DROP TABLE stretches; PRAGMA user_version = 1");
  }
  const auto book = open();
  ASSERT_TRUE(book);
  EXPECT_EQ(book->read()->uses.front().count, 3U);
  EXPECT_TRUE(book->read()->watched.empty());
  clock_.advance(std::chrono::minutes(1));
  ASSERT_TRUE(book->note({}));
  EXPECT_EQ(book->read()->watched.size(), 1U);
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
  EXPECT_FALSE(uses_from_json("{}"));
  EXPECT_FALSE(uses_from_json("nonsense"));
}

}  // namespace
}  // namespace banyan::retirement
