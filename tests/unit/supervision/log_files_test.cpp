// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/log_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "banyan/supervision/console.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::supervision {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> texts(const std::vector<LogLine>& lines) {
  std::vector<std::string> all;
  for (const LogLine& each : lines) all.push_back(each.program + ": " + each.text);
  return all;
}

struct LogFiles : testing::Test {
  Timestamp next() { return {time_ += 1'000'000}; }
  std::int64_t time_ = 1'700'000'000'000'000;
  test::TemporaryFolder folder_;
};

TEST_F(LogFiles, ArePutAsideBySizeAndTheOldestGoes) {
  LogFile log(folder_.path() / "shop.log", 4096, 3);
  const std::string line(1000, 'x');
  for (int i = 0; i < 20; ++i) EXPECT_EQ(log.write(next(), line), "");
  for (const auto* name : {"shop.log", "shop.log.1", "shop.log.2"}) {
    EXPECT_LE(std::filesystem::file_size(folder_.path() / name), 4096U) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "shop.log.3"));
}

TEST_F(LogFiles, AreOneFileWhenOneIsWanted) {
  LogFile log(folder_.path() / "shop.log", 4096, 1);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(log.write(next(), std::string(1000, 'x')), "");
  EXPECT_LE(std::filesystem::file_size(folder_.path() / "shop.log"), 4096U);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "shop.log.1"));
}

TEST_F(LogFiles, GoOnWhereAnEarlierRunEnded) {
  LogFile(folder_.path() / "shop.log", 4096, 2).write(next(), "before");
  LogFile(folder_.path() / "shop.log", 4096, 2).write(next(), "after");
  EXPECT_THAT(texts(LogReader(folder_.path(), {"shop"}).last(10)),
              ElementsAre("shop: before", "shop: after"));
}

TEST_F(LogFiles, SayWhyALineIsNotWritten) {
  LogFile log(folder_.path() / "none" / "shop.log", 4096, 2);
  EXPECT_THAT(log.write(next(), "text"), HasSubstr("none/shop.log: No such file"));
}

TEST_F(LogFiles, AreReadAsOneByTime) {
  LogFile shop(folder_.path() / "shop.log", 4096, 2);
  LogFile ware(folder_.path() / "ware.log", 4096, 2);
  shop.write(next(), "one");
  ware.write(next(), "two");
  shop.write(next(), "three");
  LogReader reader(folder_.path(), {"shop", "ware"});
  EXPECT_THAT(texts(reader.last(2)), ElementsAre("ware: two", "shop: three"));
  EXPECT_THAT(reader.more(), IsEmpty());
}

TEST_F(LogFiles, AreFollowedWhenTheyArePutAside) {
  LogFile log(folder_.path() / "shop.log", 4096, 5);
  LogReader reader(folder_.path(), {"shop"});
  EXPECT_THAT(reader.last(10), IsEmpty());
  std::vector<std::string> written;
  std::vector<std::string> read;
  for (int i = 0; i < 30; ++i) {
    const std::string text = std::to_string(i) + std::string(500, 'x');
    written.push_back("shop: " + text);
    log.write(next(), text);
    for (std::string& each : texts(reader.more())) read.push_back(std::move(each));
  }
  EXPECT_EQ(read, written);
}

TEST_F(LogFiles, AreFollowedOverSeveralThatWerePutAsideBetweenTwoLooks) {
  LogFile log(folder_.path() / "shop.log", 4096, 9);
  LogReader reader(folder_.path(), {"shop"});
  log.write(next(), "first");
  EXPECT_THAT(texts(reader.last(10)), ElementsAre("shop: first"));
  std::vector<std::string> written;
  for (int i = 0; i < 30; ++i) {
    const std::string text = std::to_string(i) + std::string(500, 'x');
    written.push_back("shop: " + text);
    log.write(next(), text);
  }
  EXPECT_EQ(texts(reader.more()), written);
  EXPECT_THAT(reader.more(), IsEmpty());
}

TEST_F(LogFiles, AreFollowedFromTheirBeginningWhereThereWasNone) {
  LogReader reader(folder_.path(), {"shop"});
  EXPECT_THAT(reader.last(10), IsEmpty());
  LogFile log(folder_.path() / "shop.log", 4096, 9);
  for (int i = 0; i < 30; ++i) log.write(next(), std::to_string(i) + std::string(500, 'x'));
  const auto lines = reader.more();
  ASSERT_EQ(lines.size(), 30U);
  EXPECT_THAT(lines.front().text, testing::StartsWith("0x"));
}

TEST_F(LogFiles, SayThatLinesAreMissingWhichNobodyHasReadInTime) {
  LogFile log(folder_.path() / "shop.log", 4096, 2);
  LogReader reader(folder_.path(), {"shop"});
  log.write(next(), "first");
  EXPECT_THAT(texts(reader.last(10)), ElementsAre("shop: first"));
  for (int i = 0; i < 30; ++i) log.write(next(), std::to_string(i) + std::string(500, 'x'));
  const auto lines = texts(reader.more());
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines[lines.size() - 1], testing::StartsWith("shop: 29x"));
  EXPECT_EQ(std::ranges::count_if(
                lines, [](const auto& line) { return line.contains("lines are missing here"); }),
            1);
}

TEST_F(LogFiles, KeepALineOfTheGreatestLengthWhole) {
  LogFile log(folder_.path() / "shop.log", 1024UL * 1024, 2);
  const std::string longest = "word " + std::string(kLongestLine - 5, 'x');
  log.write(next(), "first");
  log.write(next(), longest);
  log.write(next(), "last");
  LogReader reader(folder_.path(), {"shop"});
  EXPECT_THAT(texts(reader.last(10)), ElementsAre("shop: first", "shop: " + longest, "shop: last"));
}

TEST_F(LogFiles, LeaveALineWithoutATimeWhereItStands) {
  LogFile log(folder_.path() / "shop.log", 4096, 2);
  log.write(next(), "first");
  std::ofstream(folder_.path() / "shop.log", std::ios::app) << "and more of it\n";
  log.write(next(), "last");
  const auto lines = LogReader(folder_.path(), {"shop"}).last(10);
  EXPECT_THAT(texts(lines), ElementsAre("shop: first", "shop: and more of it", "shop: last"));
  EXPECT_EQ(lines[1].time, lines[0].time);
}

TEST_F(LogFiles, AreReadBackIntoThosePutAside) {
  LogFile log(folder_.path() / "shop.log", 4096, 5);
  for (int i = 0; i < 30; ++i) log.write(next(), std::to_string(i) + std::string(500, 'x'));
  const auto last = LogReader(folder_.path(), {"shop"}).last(20);
  ASSERT_EQ(last.size(), 20U);
  EXPECT_THAT(last.front().text, testing::StartsWith("10x"));
}

TEST(LineCutter, MakesLinesOfPieces) {
  LineCutter cutter;
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line) { lines.emplace_back(line); };
  cutter.feed("one\ntw", take);
  cutter.feed("o\r\n\nthr", take);
  EXPECT_THAT(lines, ElementsAre("one", "two", ""));
  cutter.finish(take);
  EXPECT_THAT(lines, ElementsAre("one", "two", "", "thr"));
}

TEST(LineCutter, CutsALineWithoutAnEnd) {
  LineCutter cutter;
  std::size_t lines = 0;
  std::size_t bytes = 0;
  const auto take = [&](std::string_view line) {
    ++lines;
    bytes += line.size();
    EXPECT_LE(line.size(), 64U * 1024);
  };
  for (int i = 0; i < 30; ++i) cutter.feed(std::string(10'000, 'x'), take);
  EXPECT_EQ(lines, 4U);
  cutter.finish(take);
  EXPECT_EQ(bytes, 300'000U);
}

TEST(LinePainter, AlignsNamesAndKeepsProgramsFromTheTerminal) {
  const LinePainter plain({"shop", "warehouse"}, false, false);
  EXPECT_EQ(plain.paint("shop", "a\x1b[2J"), "shop      | a\x1b[2J\n");
  const LinePainter colours({"shop", "warehouse"}, true, true);
  EXPECT_EQ(colours.paint("shop", "a\tb\x1b[2J"), "\x1b[36mshop      |\x1b[0m a\tb?[2J\n");
}

}  // namespace
}  // namespace banyan::supervision
