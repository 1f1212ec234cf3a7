// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/transaction.hpp"

#include <gtest/gtest.h>

#include "banyan/test/temporary_folder.hpp"

namespace banyan::sqlite {
namespace {

TEST(Transaction, RollsBackUnlessCommitted) {
  const Connection connection = Connection::in_memory();
  connection.run("CREATE TABLE t(a)");
  {
    const Transaction lost(connection, Begin::Immediate);
    connection.run("INSERT INTO t VALUES (1)");
  }
  EXPECT_FALSE(connection.in_transaction());
  Transaction kept(connection, Begin::Immediate);
  connection.run("INSERT INTO t VALUES (2)");
  kept.commit();
  EXPECT_EQ(connection.text("SELECT group_concat(a) FROM t"), "2");
}

TEST(Transaction, MayBeCommittedAgainAfterACommitThatFailed) {
  const Connection connection = Connection::in_memory();
  connection.run(
      "CREATE TABLE p(id INTEGER PRIMARY KEY);"
      "CREATE TABLE c(p REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED)");
  connection.set(Setting::ForeignKeys, true);
  Transaction transaction(connection, Begin::Immediate);
  connection.run("INSERT INTO c VALUES (1)");
  EXPECT_THROW(transaction.commit(), Fault);
  connection.run("INSERT INTO p VALUES (1)");
  transaction.commit();
  EXPECT_EQ(connection.number("SELECT count(*) FROM c"), 1);
}

TEST(Transaction, SurvivesThatTheDatabaseGaveItUp) {
  const Connection connection = Connection::in_memory();
  connection.run("CREATE TABLE t(a UNIQUE)");
  {
    const Transaction transaction(connection, Begin::Immediate);
    connection.run("INSERT INTO t VALUES (1)");
    EXPECT_THROW(connection.run("INSERT OR ROLLBACK INTO t VALUES (1)"), Fault);
    EXPECT_FALSE(connection.in_transaction());
  }
  EXPECT_EQ(connection.number("SELECT count(*) FROM t"), 0);
}

// The reason for Begin::Immediate: waiting does not help here, so SQLite does not.
TEST(Transaction, ASnapshotThatIsBehindCannotWrite) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "shop.db";
  const Connection first = Connection::open(file, OpenMode::Create);
  first.run("PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
  const Connection second = Connection::open(file, OpenMode::Write);
  const Transaction snapshot(second, Begin::Snapshot);
  second.number("SELECT count(*) FROM t");
  first.run("INSERT INTO t VALUES (1)");
  try {
    second.run("INSERT INTO t VALUES (2)");
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::Busy);
    EXPECT_NE(fault.extended_code(), fault.primary_code());
  }
}

}  // namespace
}  // namespace banyan::sqlite
