// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/fault.hpp"

#include <gmock/gmock.h>

#include "banyan/sqlite/connection.hpp"

namespace banyan::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Fault fault_of(const Connection& connection, std::string_view sql) {
  try {
    connection.run(sql);
  } catch (const Fault& fault) {
    return fault;
  }
  ADD_FAILURE() << "nothing was refused: " << sql;
  return {FaultKind::Other, ""};
}

class FaultTest : public ::testing::Test {
 protected:
  FaultTest() {
    connection_.set(Setting::ForeignKeys, true);
    connection_.run(
        "CREATE TABLE p(id INTEGER PRIMARY KEY);"
        "CREATE TABLE t(a, b, n NOT NULL DEFAULT 1, p REFERENCES p(id), UNIQUE(a, b),"
        "  CONSTRAINT positive CHECK(n > 0));"
        "CREATE TRIGGER moved BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'BANYAN_MOVED'); END;"
        "INSERT INTO t(a, b) VALUES (1, 'x')");
  }
  Connection connection_ = Connection::in_memory();
};

TEST_F(FaultTest, NamesTheUniqueConstraintByTableAndColumns) {
  const Fault fault = fault_of(connection_, "INSERT INTO t(a, b) VALUES (1, 'x')");
  EXPECT_EQ(fault.kind(), FaultKind::Constraint);
  EXPECT_EQ(fault.constraint(), (Constraint{ConstraintKind::Unique, "t", {"a", "b"}, ""}));
}

TEST_F(FaultTest, NamesAUniqueIndexOfAnExpression) {
  connection_.run("CREATE UNIQUE INDEX lowered ON t(lower(b))");
  const Fault fault = fault_of(connection_, "INSERT INTO t(a, b) VALUES (2, 'X')");
  EXPECT_EQ(fault.constraint()->kind, ConstraintKind::Unique);
  EXPECT_EQ(fault.constraint()->name, "'lowered'");
}

TEST_F(FaultTest, NamesWhatMayNotBeNull) {
  const Fault fault = fault_of(connection_, "INSERT INTO t(n) VALUES (NULL)");
  EXPECT_EQ(fault.constraint()->kind, ConstraintKind::NotNull);
  EXPECT_THAT(fault.constraint()->columns, ElementsAre("n"));
}

TEST_F(FaultTest, NamesACheck) {
  const Fault fault = fault_of(connection_, "INSERT INTO t(n) VALUES (-1)");
  EXPECT_EQ(fault.constraint(), (Constraint{ConstraintKind::Check, "", {}, "positive"}));
}

TEST_F(FaultTest, KnowsAForeignKey) {
  const Fault fault = fault_of(connection_, "INSERT INTO t(p) VALUES (7)");
  EXPECT_EQ(fault.constraint()->kind, ConstraintKind::ForeignKey);
}

TEST_F(FaultTest, KeepsWhatATriggerRaised) {
  const Fault fault = fault_of(connection_, "DELETE FROM t");
  EXPECT_EQ(fault.constraint()->kind, ConstraintKind::Trigger);
  EXPECT_EQ(fault.constraint()->name, "BANYAN_MOVED");
}

TEST_F(FaultTest, TellsAMissingTableFromBadSql) {
  EXPECT_EQ(fault_of(connection_, "SELECT * FROM nowhere").kind(), FaultKind::SchemaMissing);
  EXPECT_EQ(fault_of(connection_, "SELECT nowhere FROM t").kind(), FaultKind::SchemaMissing);
  EXPECT_EQ(fault_of(connection_, "INSERT INTO t(nowhere) VALUES (1)").kind(),
            FaultKind::SchemaMissing);
  EXPECT_EQ(fault_of(connection_, "SELEKT 1").kind(), FaultKind::Other);
}

TEST(Fault, ClassifiesSqlitesCodes) {
  EXPECT_EQ(Fault(5, "").kind(), FaultKind::Busy);
  EXPECT_EQ(Fault(5 | 2 << 8, "").kind(), FaultKind::Busy) << "a snapshot that is behind";
  EXPECT_EQ(Fault(6, "").kind(), FaultKind::Busy);
  EXPECT_EQ(Fault(8, "").kind(), FaultKind::ReadOnly);
  EXPECT_EQ(Fault(9, "").kind(), FaultKind::Interrupted);
  EXPECT_EQ(Fault(10 | 1 << 8, "").kind(), FaultKind::IoError);
  EXPECT_EQ(Fault(11, "").kind(), FaultKind::Corrupt);
  EXPECT_EQ(Fault(13, "").kind(), FaultKind::Full);
  EXPECT_EQ(Fault(14, "").kind(), FaultKind::CannotOpen);
  EXPECT_EQ(Fault(26, "").kind(), FaultKind::NotADatabase);
}

TEST(Fault, EveryKindThatAPersonCanMendSaysHow) {
  for (const auto kind : {FaultKind::Busy, FaultKind::Full, FaultKind::ReadOnly,
                          FaultKind::CannotOpen, FaultKind::IoError, FaultKind::NotADatabase,
                          FaultKind::Corrupt, FaultKind::SchemaMissing}) {
    EXPECT_THAT(std::string(next_step(kind)), ::testing::Not(IsEmpty()));
  }
}

TEST(Fault, CutsALongStatementBetweenCharacters) {
  const Fault fault(1, "no", std::string(199, 'x') + "ü");
  EXPECT_EQ(fault.what(), "no (in: " + std::string(199, 'x') + ")");
}

}  // namespace
}  // namespace banyan::sqlite
