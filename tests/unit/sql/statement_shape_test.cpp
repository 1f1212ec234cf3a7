// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/statement_shape.hpp"

#include <gtest/gtest.h>

namespace banyan::sql {
namespace {

TEST(StatementShape, HasOneSignForEachLiteral) {
  EXPECT_EQ(statement_shape("SELECT a FROM t WHERE b = 12 AND c = 'it''s' AND d > 1.5e-3"),
            "SELECT a FROM t WHERE b = ? AND c = ? AND d > ?");
  EXPECT_EQ(statement_shape("UPDATE t SET a = x'0AFF', b = .5 , c=0x1F-2"),
            "UPDATE t SET a = ?, b = ? , c=?-?");
  EXPECT_EQ(statement_shape("SELECT 1; SELECT 2"), "SELECT ?");
  EXPECT_EQ(statement_shape("SELECT 'never ends"), "SELECT ?");
  EXPECT_EQ(statement_shape(""), "");
}

TEST(StatementShape, LeavesWhatIsNoLiteral) {
  for (const char* text :
       {"SELECT a1, t.b2 FROM t3 WHERE c = :id AND d = ?1 AND e = $2 AND f = @g4",
        "SELECT \"12\" FROM \"a 'b' 3\"", "SELECT a::int FROM t",
        "SELECT `1 it's` FROM [sales 2026] WHERE größe1 = ö2"}) {
    EXPECT_EQ(statement_shape(text), text);
  }
}

TEST(StatementShape, HasASignForATextBehindTheNamesOfTables) {
  EXPECT_EQ(statement_shape("SELECT a FROM t, json_each('[1]') WHERE b = 'c'"),
            "SELECT a FROM t, json_each(?) WHERE b = ?");
  EXPECT_EQ(statement_shape("INSERT INTO t (a) VALUES ('b')"), "INSERT INTO t (a) VALUES (?)");
  EXPECT_EQ(statement_shape("UPDATE t SET a = 'b' WHERE c IN (SELECT d FROM e) AND f = 'g'"),
            "UPDATE t SET a = ? WHERE c IN (SELECT d FROM e) AND f = ?");
}

// SQLite takes a text for a name there, and another name is another table.
TEST(StatementShape, LeavesATextThatIsAName) {
  for (const char* text :
       {"SELECT a FROM 'orders' o, 'lines' AS l, ('tracks')", "SELECT a FROM main.'orders'",
        "SELECT a FROM (SELECT b FROM c) d, 'orders'", "UPDATE OR IGNORE 'orders' SET a = b",
        "SELECT a FROM t WHERE b IN 'orders'", "SELECT a AS 'total' FROM t JOIN 'tracks'",
        "INSERT INTO 'orders' DEFAULT VALUES", "update 'orders' SET a = b"}) {
    EXPECT_EQ(statement_shape(text), text);
  }
}

TEST(StatementShape, IsTheSameHoweverManyStandInAList) {
  const std::string one = statement_shape("SELECT a FROM t WHERE b IN (1) AND c IN (d, 2)");
  EXPECT_EQ(one, "SELECT a FROM t WHERE b IN (?) AND c IN (d, ?)");
  EXPECT_EQ(statement_shape("SELECT a FROM t WHERE b IN (1, 2 ,'x') AND c IN (d, 2, 3)"), one);
  EXPECT_EQ(statement_shape("SELECT a FROM t WHERE b IN (:id0, :id1) AND c IN (d, :e)"), one);
  EXPECT_EQ(statement_shape("INSERT INTO t VALUES (1, 2)"), "INSERT INTO t VALUES (?, ?)");
}

TEST(StatementShape, HasNoComments) {
  EXPECT_EQ(statement_shape("SELECT a -- 1\n FROM /* 'x' */ t"), "SELECT a FROM t");
}

}  // namespace
}  // namespace banyan::sql
