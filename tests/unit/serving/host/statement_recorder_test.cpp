// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/manifest/manifest.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "database_setup.hpp"
#include "support/set_clock.hpp"
#include "unit/strangler/manual_scheduler.hpp"

namespace banyan::host {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;

class StatementRecorderTest : public testing::Test {
 protected:
  StatementRecorderTest() { EXPECT_TRUE(manifest::write(file_, {.application = "test"})); }

  void run(const std::string& sql) {
    module_.read(Context::begin(std::chrono::seconds(20), system_clock(), system_random()),
                 [&](sql::Session& session) { return session.value<std::int64_t>(sql); });
  }
  std::vector<manifest::ManifestStatement> written() const {
    return manifest::read(file_)->statements;
  }

  /// Waits for what was logged by ending the log.
  std::string log() {
    recorder_.reset();
    log_.reset();
    const auto text = whole_file(log_file_).value_or("");
    log_.emplace(log_options());
    recorder_.emplace(*database_, scheduler_, *log_);
    return text;
  }
  telemetry::Log::Options log_options() const { return {.service = "test", .file = log_file_}; }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "shop.db";
  std::string log_file_ = folder_.file("log.json");
  std::optional<telemetry::Log> log_{log_options()};
  test::SetClock clock_;
  test::ManualScheduler scheduler_;
  std::unique_ptr<sql::Database> database_ =
      sql::Database::open({sql::Engine::Sqlite, file_, {}}, {.clock = &clock_});
  sql::ModuleDatabase module_ = database_->connect("orders", {});
  std::optional<StatementRecorder> recorder_{std::in_place, *database_, scheduler_, *log_};
};

// They are the evidence by which statements that cross modules are found before a move.
TEST_F(StatementRecorderTest, Writes_down_what_runs_after_the_clock_was_put_back) {
  run("SELECT 1");
  scheduler_.tick();
  EXPECT_THAT(written(), Contains(Field(&manifest::ManifestStatement::sql, HasSubstr("1"))));
  clock_.set_by(std::chrono::hours(-24));
  run("SELECT 2 AS two");
  scheduler_.tick();
  EXPECT_THAT(written(), Contains(Field(&manifest::ManifestStatement::sql, HasSubstr("two"))));
}

TEST_F(StatementRecorderTest, Leaves_the_manifest_alone_while_nothing_runs) {
  run("SELECT 1");
  scheduler_.tick();
  ASSERT_TRUE(manifest::write(file_, {.application = "cleared"}));
  scheduler_.tick();
  EXPECT_TRUE(written().empty());
}

TEST_F(StatementRecorderTest, Writes_down_what_differs_in_its_literals_as_one) {
  for (int i = 0; i < 50; ++i) run("SELECT " + std::to_string(i));
  scheduler_.tick();
  EXPECT_EQ(written().size(), 1U);
}

TEST_F(StatementRecorderTest, Keeps_what_crosses_however_many_others_run) {
  manifest::Manifest manifest{.application = "test"};
  manifest.statements = {{"orders", "SELECT title FROM tracks", Timestamp{1}, {}, true}};
  ASSERT_TRUE(manifest::write(file_, manifest));
  for (int i = 0; i < 2'500; ++i) run("SELECT 1 AS a" + std::to_string(i));
  scheduler_.tick();
  EXPECT_EQ(written().size(), manifest::kMostStatements);
  EXPECT_THAT(written(), Contains(Field(&manifest::ManifestStatement::crosses, true)));
}

TEST_F(StatementRecorderTest, Leaves_a_manifest_alone_that_it_cannot_decode_and_says_so_once) {
  const std::string text = "{";
  std::ofstream(manifest::manifest_file(file_)) << text;
  run("SELECT 1");
  scheduler_.tick();
  run("SELECT 1 AS another");
  scheduler_.tick();
  EXPECT_EQ(whole_file(manifest::manifest_file(file_)).value_or(""), text);
  const std::string told = log();
  const auto first = told.find("statements_not_recorded");
  ASSERT_NE(first, std::string::npos) << told;
  EXPECT_EQ(told.find("statements_not_recorded", first + 1), std::string::npos) << told;

  ASSERT_TRUE(manifest::write(file_, {.application = "mended"}));
  scheduler_.tick();
  EXPECT_EQ(written().size(), 2U) << "nothing is lost by that";
}

}  // namespace
}  // namespace banyan::host
