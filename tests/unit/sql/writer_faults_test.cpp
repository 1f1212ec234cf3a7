// SPDX-License-Identifier: Apache-2.0
// What goes wrong on the writer's thread beside the units of work costs nobody the process, nor
// those who come after.
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "snapshots.hpp"
#include "sqlite_wal.hpp"
#include "sqlite_writer.hpp"
#include "support/becomes_true.hpp"
#include "support/raw_sqlite.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

class WriterFaults : public testing::Test {
 protected:
  WriterFaults() { test::RawSqlite(file_).run("CREATE TABLE letters (text TEXT)"); }

  static std::optional<Error> write(SqliteWriter& writer) {
    return writer.run(test::soon(), [](Connection& connection) {
      connection.execute(Ownership::kKit, "INSERT INTO letters VALUES ('a')", {});
      return true;
    });
  }
  std::string letters() const { return test::RawSqlite(file_).run("SELECT count(*) FROM letters"); }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  const test::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "shop.db";
  std::mutex mutex_;
  std::vector<std::string> told_;
  const Options options_{.on_fault = [this](std::string_view what) {
    const std::lock_guard lock(mutex_);
    told_.emplace_back(what);
  }};
  Ownership ownership_{options_};
  Snapshots reads_;
  SqliteWal wal_{file_, reads_, options_};
};

TEST_F(WriterFaults, OfALookAtTheFileAreTheFailureOfThoseWhoWouldHaveBeenKept) {
  std::atomic<bool> fails = true;
  SqliteWriter writer(file_, ownership_, wal_, options_, {}, [&] {
    if (fails) throw std::runtime_error("the file cannot be looked at");
  });
  EXPECT_THROW((void)write(writer), std::runtime_error);
  EXPECT_EQ(letters(), "0");
  fails = false;
  EXPECT_FALSE(write(writer));
  EXPECT_EQ(letters(), "1");
}

TEST_F(WriterFaults, OfWhoIsToldThatTheFileWasReplacedAreToldThemselves) {
  SqliteWriter writer(file_, ownership_, wal_, options_,
                      [](bool) { throw std::runtime_error("no room for the log"); });
  std::filesystem::rename(file_, folder_.path() / "aside.db");
  ASSERT_TRUE(test::becomes_true([&] { return told().size() == 1; }));
  std::filesystem::rename(folder_.path() / "aside.db", file_);
  ASSERT_TRUE(test::becomes_true([&] { return told().size() == 2; }));
  EXPECT_EQ(told().back(), "no room for the log");
  EXPECT_FALSE(write(writer));
  EXPECT_EQ(letters(), "1");
}

}  // namespace
}  // namespace banyan::sql
