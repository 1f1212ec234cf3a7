// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace banyan::telemetry {
namespace {

struct LogFile : testing::Test {
  std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) /
      (std::string("banyan-log-") + testing::UnitTest::GetInstance()->current_test_info()->name());
  void TearDown() override { std::filesystem::remove(path); }
  /// All that `use` logs; a log has written everything when it ends.
  template <class Use>
  std::vector<nlohmann::json> lines_of(Level least, Use use) const {
    use(Log({.service = "shop", .file = path.string(), .least = least}));
    return lines();
  }
  std::vector<nlohmann::json> lines() const {
    std::ifstream file(path);
    std::vector<nlohmann::json> all;
    for (std::string line; std::getline(file, line);) all.push_back(nlohmann::json::parse(line));
    return all;
  }
};

TEST_F(LogFile, HasOneJsonObjectALineWithTheCorrelationId) {
  const Context context =
      Context::begin(std::chrono::milliseconds(1), system_clock(), system_random());
  const auto all = lines_of(Level::Info, [&](const Log& log) {
    log.write(Level::Info, "order_placed", context, {{"order", "ord_1"}, {"lines", 3}});
  });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["event"], "order_placed");
  EXPECT_EQ(all[0]["correlation_id"], context.correlation_id);
  EXPECT_EQ(all[0]["trace_id"], context.trace.trace_id);
  EXPECT_EQ(all[0]["lines"], 3);
}

TEST_F(LogFile, CannotBeForgedByWhatAUserSends) {
  const auto all = lines_of(Level::Info, [](const Log& log) {
    log.write(Level::Info, "search", {{"text", "x\"}\n{\"event\":\"admin_login\"}"}});
  });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["event"], "search");
}

TEST_F(LogFile, TakesBytesThatAreNoText) {
  const auto all = lines_of(Level::Info, [](const Log& log) {
    log.write(Level::Info, "search", {{"text", "\xff\xfe"}});
  });
  EXPECT_EQ(all.size(), 1U);
}

TEST_F(LogFile, LeavesOutWhatIsBelowItsLevel) {
  const auto all = lines_of(Level::Warning, [](const Log& log) {
    log.write(Level::Info, "noise");
    log.write(Level::Error, "fault");
  });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["event"], "fault");
}

TEST_F(LogFile, IsOpenedAgainByItsNameWhenItWasMovedAway) {
  const std::filesystem::path moved = path.string() + ".1";
  const auto all = lines_of(Level::Info, [&](const Log& log) {
    log.write(Level::Info, "first");
    while (!std::filesystem::exists(path) || std::filesystem::file_size(path) == 0) {
      std::this_thread::yield();
    }
    std::filesystem::rename(path, moved);
    log.reopen();
    log.write(Level::Info, "second");
  });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["event"], "second");
  std::filesystem::remove(moved);
}

/// A named pipe in place of the file.
struct LogPipe : LogFile {
  LogPipe() {
    std::filesystem::remove(path);
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
  ~LogPipe() override { ::close(reader); }
  /// What is there, until `enough`.
  std::string read_until(const std::string& enough) const {
    std::string text;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (text.find(enough) == std::string::npos && std::chrono::steady_clock::now() < end) {
      std::array<char, 65'536> piece{};
      const ssize_t size = ::read(reader, piece.data(), piece.size());
      if (size > 0) text.append(piece.data(), static_cast<std::size_t>(size));
    }
    return text;
  }
  int reader = -1;
};

TEST_F(LogPipe, ThatNobodyEmptiesIsNotWaitedForAndItsLinesAreDroppedAndCounted) {
  const std::string text(10'000, 'x');
  const auto begin = std::chrono::steady_clock::now();
  {
    const Log log({.service = "shop", .file = path.string()});
    for (int i = 0; i < 1'000; ++i) log.write(Level::Info, "flood", {{"text", text}});
    EXPECT_GT(log.dropped(), 100U);
    EXPECT_LT(log.dropped(), 1'000U) << "its own lines about them do not count";
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));

    read_until(std::string("\n"));
    // When there is room again, it says what is missing.
    std::string seen;
    while (seen.find("log_lines_dropped") == std::string::npos) {
      log.write(Level::Info, "after");
      seen = read_until("after");
    }
    for (int i = 0; i < 300; ++i) log.write(Level::Info, "flood", {{"text", text}});
  }
  SUCCEED() << "and a log that cannot write the rest ends all the same";
}

TEST_F(LogPipe, ThatNobodyReadsAnyMoreEndsNeitherTheProcessNorTheLog) {
  const Log log({.service = "shop", .file = path.string()});
  log.write(Level::Info, "first");
  read_until("first");
  ::close(reader);
  while (log.dropped() == 0) log.write(Level::Info, "to nobody");
  reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  log.write(Level::Info, "second");
  EXPECT_THAT(read_until("second"), testing::HasSubstr("log_lines_dropped"));
}

TEST(LogFileInAFolderThatIsNotThere, IsRefusedAndItsFolderIsNotMade) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "banyan-mistyped";
  std::filesystem::remove_all(folder);
  try {
    const Log log({.service = "shop", .file = (folder / "log").string()});
    FAIL() << "opened";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("Its folder must be there"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(LogFile, ThatCannotBeOpenedAgainIsWrittenOnAndSaysSo) {
  const std::filesystem::path folder = path.string() + "-folder";
  const std::filesystem::path moved = path.string() + "-moved";
  std::filesystem::remove_all(folder);
  std::filesystem::remove_all(moved);
  std::filesystem::create_directory(folder);
  {
    const Log log({.service = "shop", .file = (folder / "log").string()});
    std::filesystem::rename(folder, moved);
    log.reopen();
    log.write(Level::Info, "after");
  }
  std::ifstream file(moved / "log");
  std::vector<std::string> events;
  for (std::string line; std::getline(file, line);) {
    events.push_back(nlohmann::json::parse(line)["event"].get<std::string>());
  }
  EXPECT_THAT(events, testing::UnorderedElementsAre("log_not_reopened", "after"));
  std::filesystem::remove_all(moved);
}

TEST(LogFileThatCannotBeOpened, IsNamedWithAWayOut) {
  try {
    const Log log({.service = "shop", .file = "/proc/no/such/folder/log"});
    FAIL() << "opened";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/proc/no/such/folder/log"));
    EXPECT_THAT(error.what(), testing::HasSubstr("--log-file"));
  }
}

}  // namespace
}  // namespace banyan::telemetry
