// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

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

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "shop.db";
  test::SetClock clock_;
  test::ManualScheduler scheduler_;
  std::unique_ptr<sql::Database> database_ =
      sql::Database::open({sql::Engine::Sqlite, file_, {}}, {.clock = &clock_});
  sql::ModuleDatabase module_ = database_->connect("orders", {});
  StatementRecorder recorder_{*database_, scheduler_};
};

// They are the evidence by which statements that cross modules are found before a move.
TEST_F(StatementRecorderTest, Writes_down_what_runs_after_the_clock_was_put_back) {
  run("SELECT 1");
  scheduler_.tick();
  EXPECT_THAT(written(), Contains(Field(&manifest::ManifestStatement::sql, HasSubstr("1"))));
  clock_.set_by(std::chrono::hours(-24));
  run("SELECT 2");
  scheduler_.tick();
  EXPECT_THAT(written(), Contains(Field(&manifest::ManifestStatement::sql, HasSubstr("2"))));
}

TEST_F(StatementRecorderTest, Leaves_the_manifest_alone_while_nothing_runs) {
  run("SELECT 1");
  scheduler_.tick();
  ASSERT_TRUE(manifest::write(file_, {.application = "cleared"}));
  scheduler_.tick();
  EXPECT_TRUE(written().empty());
}

}  // namespace
}  // namespace banyan::host
