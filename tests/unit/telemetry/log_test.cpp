// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

namespace banyan::telemetry {
namespace {

struct LogFile : testing::Test {
  std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) /
      (std::string("banyan-log-") + testing::UnitTest::GetInstance()->current_test_info()->name());
  void TearDown() override { std::filesystem::remove(path); }
  std::vector<nlohmann::json> lines() const {
    std::ifstream file(path);
    std::vector<nlohmann::json> all;
    for (std::string line; std::getline(file, line);) all.push_back(nlohmann::json::parse(line));
    return all;
  }
};

TEST_F(LogFile, HasOneJsonObjectALineWithTheCorrelationId) {
  const Log log({.service = "shop", .file = path.string()});
  const Context context = Context::begin(std::chrono::milliseconds(1));
  log.write(Level::Info, "order_placed", context, {{"order", "ord_1"}, {"lines", 3}});
  const auto all = lines();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["event"], "order_placed");
  EXPECT_EQ(all[0]["correlation_id"], context.correlation_id);
  EXPECT_EQ(all[0]["trace_id"], context.trace.trace_id);
  EXPECT_EQ(all[0]["lines"], 3);
}

TEST_F(LogFile, CannotBeForgedByWhatAUserSends) {
  const Log log({.service = "shop", .file = path.string()});
  log.write(Level::Info, "search", {{"text", "x\"}\n{\"event\":\"admin_login\"}"}});
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines()[0]["event"], "search");
}

TEST_F(LogFile, TakesBytesThatAreNoText) {
  const Log log({.service = "shop", .file = path.string()});
  log.write(Level::Info, "search", {{"text", "\xff\xfe"}});
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(LogFile, LeavesOutWhatIsBelowItsLevel) {
  const Log log({.service = "shop", .file = path.string(), .least = Level::Warning});
  log.write(Level::Info, "noise");
  log.write(Level::Error, "fault");
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines()[0]["event"], "fault");
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
