// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/connection.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "banyan/sqlite/transaction.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/nobody.hpp"

namespace banyan::sqlite {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class ConnectionTest : public ::testing::Test {
 protected:
  Connection make(const std::string& script = "CREATE TABLE t(a)") {
    Connection made = Connection::open(file_, OpenMode::Create);
    made.run(script);
    return made;
  }

  template <typename Call>
  static FaultKind kind_of(Call call) {
    try {
      call();
    } catch (const Fault& fault) {
      return fault.kind();
    }
    ADD_FAILURE() << "nothing was refused";
    return FaultKind::Other;
  }

  test::TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "shop.db";
};

TEST_F(ConnectionTest, RunsEveryStatementOfAScript) {
  const Connection connection = make("CREATE TABLE t(a); INSERT INTO t VALUES (1); -- done\n;;");
  EXPECT_EQ(connection.number("SELECT count(*) FROM t"), 1);
}

TEST_F(ConnectionTest, SaysWhereInAScriptItFailed) {
  const std::string script = "SELECT 1;\n-- a comment\nSELECT nonsense";
  try {
    Connection::in_memory().run(script);
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.offset(), script.find("nonsense"));
  }
}

TEST_F(ConnectionTest, RefusesAScriptThatGoesOnBehindANulByte) {
  using namespace std::string_view_literals;
  EXPECT_EQ(kind_of([] { Connection::in_memory().run("SELECT 1;\0DROP TABLE t"sv); }),
            FaultKind::Misuse);
}

TEST_F(ConnectionTest, WriteDoesNotMakeAFile) {
  EXPECT_EQ(kind_of([this] { Connection::open(file_, OpenMode::Write); }), FaultKind::CannotOpen);
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(ConnectionTest, RefusesAFileThatIsNoDatabaseWhenItOpensIt) {
  std::ofstream(file_) << std::string(200, 'x');
  EXPECT_EQ(kind_of([this] { Connection::open(file_, OpenMode::Read); }), FaultKind::NotADatabase);
}

TEST_F(ConnectionTest, NamesTheFolderThatIsMissing) {
  try {
    Connection::open(folder_.path() / "none" / "shop.db", OpenMode::Create);
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("there is no folder '"));
  }
}

TEST_F(ConnectionTest, RefusesAFolder) {
  EXPECT_EQ(kind_of([this] { Connection::open(folder_.path(), OpenMode::Create); }),
            FaultKind::CannotOpen);
}

// SQLite takes these for a database in memory, a temporary one, and a URI.
TEST_F(ConnectionTest, TakesAFilesNameForNothingElse) {
  const auto here = fs::current_path();
  fs::current_path(folder_.path());
  Connection::open(":memory:", OpenMode::Create).run("CREATE TABLE t(a)");
  Connection::open("file:x?mode=memory", OpenMode::Create).run("CREATE TABLE t(a)");
  fs::current_path(here);
  EXPECT_TRUE(fs::exists(folder_.path() / ":memory:"));
  EXPECT_TRUE(fs::exists(folder_.path() / "file:x?mode=memory"));
  EXPECT_EQ(kind_of([] { Connection::open("", OpenMode::Create); }), FaultKind::CannotOpen);
}

TEST_F(ConnectionTest, SaysThatAFileIsReadOnlyInsteadOfOpeningItForReading) {
  make();
  ::chmod(file_.c_str(), 0444);
  ::chmod(folder_.path().c_str(), 0755);
  const test::Nobody nobody;
  EXPECT_EQ(kind_of([this] { Connection::open(file_, OpenMode::Write); }), FaultKind::ReadOnly);
}

TEST_F(ConnectionTest, ReadsWithoutTheRightToWrite) {
  make();
  for (const OpenMode mode : {OpenMode::Read, OpenMode::ReadRecovering}) {
    const Connection reader = Connection::open(file_, mode);
    EXPECT_EQ(kind_of([&] { reader.run("INSERT INTO t VALUES (1)"); }), FaultKind::ReadOnly);
  }
}

// A journal as a writer leaves it that is killed between its commit's first write and its end.
TEST_F(ConnectionTest, AReaderThatRecoversRollsBackWhatAKilledWriterLeft) {
  const auto journal = file_.string() + "-journal";
  {
    const Connection writer = make("CREATE TABLE t(a); INSERT INTO t VALUES ('before')");
    writer.run(
        "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE t SET a = 'after';"
        "INSERT INTO t SELECT randomblob(5000) FROM "
        "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) SELECT * FROM "
        "n)");
    fs::copy_file(file_, file_.string() + ".killed");
    fs::copy_file(journal, journal + ".killed");
    writer.roll_back();
  }
  fs::rename(file_.string() + ".killed", file_);
  fs::rename(journal + ".killed", journal);

  const Connection reader = Connection::open(file_, OpenMode::ReadRecovering);
  EXPECT_EQ(reader.text("SELECT group_concat(a) FROM t"), "before");
  EXPECT_FALSE(fs::exists(journal));
}

TEST_F(ConnectionTest, WaitsForALockNoLongerThanItWasTold) {
  const Connection first = make();
  const Transaction held(first, Begin::Immediate);
  const Connection second = Connection::open(file_, OpenMode::Write, std::chrono::milliseconds(20));
  EXPECT_EQ(kind_of([&] { Transaction(second, Begin::Immediate); }), FaultKind::Busy);
}

TEST_F(ConnectionTest, KeepsIdAndVersionWithTheirSign) {
  const Connection connection = make();
  connection.set_application_id(0xF0000001);
  connection.set_user_version(-7);
  EXPECT_EQ(connection.application_id(), 0xF0000001);
  EXPECT_EQ(connection.user_version(), -7);
}

// The pragma does nothing inside a transaction, and says so to nobody.
TEST_F(ConnectionTest, SwitchesForeignKeysOffForSure) {
  const Connection connection =
      make("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p(id))");
  connection.set(Setting::ForeignKeys, true);
  EXPECT_EQ(kind_of([&] { connection.run("INSERT INTO c VALUES (1)"); }), FaultKind::Constraint);
  connection.set(Setting::ForeignKeys, false);
  connection.run("INSERT INTO c VALUES (1)");
}

TEST_F(ConnectionTest, SwitchesTriggersOff) {
  const Connection connection = make(
      "CREATE TABLE t(a); CREATE TABLE log(a);"
      "CREATE TRIGGER seen AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END");
  connection.set(Setting::Triggers, false);
  connection.run("INSERT INTO t VALUES (1)");
  EXPECT_EQ(connection.number("SELECT count(*) FROM log"), 0);
}

TEST_F(ConnectionTest, ACheckpointSaysWhenAReaderStandsInTheWay) {
  const Connection writer = make("PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
  const Connection reader = Connection::open(file_, OpenMode::Read);
  {
    const Transaction snapshot(reader, Begin::Snapshot);
    reader.number("SELECT count(*) FROM t");
    writer.run("INSERT INTO t VALUES (1)");
    EXPECT_FALSE(writer.checkpoint(Checkpoint::Passive).complete);
  }
  EXPECT_TRUE(writer.checkpoint(Checkpoint::Truncate).complete);
  EXPECT_EQ(fs::file_size(file_.string() + "-wal"), 0);
}

TEST_F(ConnectionTest, CutsTheWalToItsLimit) {
  Connection writer = make("PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
  writer.set_journal_size_limit(0);
  writer.run("INSERT INTO t VALUES (randomblob(100000))");
  writer.checkpoint(Checkpoint::Restart);
  writer.run("INSERT INTO t VALUES (1)");
  EXPECT_LT(fs::file_size(file_.string() + "-wal"), 20'000);
}

TEST_F(ConnectionTest, NoticesThatItsFileWasRenamed) {
  const Connection connection = make();
  EXPECT_FALSE(connection.moved());
  fs::rename(file_, folder_.path() / "other.db");
  EXPECT_TRUE(connection.moved());
}

TEST_F(ConnectionTest, NoticesThatItsFileWasReplaced) {
  const Connection connection = make();
  const auto backup = folder_.path() / "backup.db";
  fs::copy_file(file_, backup);
  fs::rename(backup, file_);
  EXPECT_TRUE(connection.moved());
}

TEST_F(ConnectionTest, NoticesThatItsFileWasRemoved) {
  const Connection connection = make();
  fs::remove(file_);
  EXPECT_TRUE(connection.moved());
}

TEST_F(ConnectionTest, AViewClosesNothing) {
  const Connection owner = make();
  {
    EXPECT_EQ(Connection::borrow(owner.handle()).number("SELECT 7"), 7);
  }
  EXPECT_EQ(owner.number("SELECT 8"), 8);
}

TEST_F(ConnectionTest, RollingBackNothingIsNoFault) {
  const Connection connection = make();
  connection.roll_back();
  EXPECT_FALSE(connection.in_transaction());
}

}  // namespace
}  // namespace banyan::sqlite
