// SPDX-License-Identifier: Apache-2.0
#include "statements.hpp"

#include <gmock/gmock.h>

namespace banyan::migrations {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::vector<std::string> first_words(std::string_view sql, sql::Engine engine) {
  std::vector<std::string> words;
  for (const auto& statement : split(sql, engine).statements) words.push_back(statement.first_word);
  return words;
}
std::vector<std::string> on_postgres(std::string_view sql) {
  return first_words(sql, sql::Engine::Postgres);
}

TEST(PostgresStatements, A_dollar_quoted_body_is_one_text) {
  EXPECT_THAT(on_postgres("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\n"
                          "BEGIN COMMIT; RETURN 'x'; END $$;\nSELECT 1;"),
              ElementsAre("CREATE", "SELECT"));
  EXPECT_THAT(on_postgres("DO $a$ BEGIN EXECUTE $$SELECT 1; $b$ $$; END; $a$; DROP TABLE t"),
              ElementsAre("DO", "DROP"));
}

TEST(PostgresStatements, A_dollar_sign_elsewhere_opens_nothing) {
  EXPECT_THAT(on_postgres("SELECT a$b$c FROM t; DELETE FROM t;"), ElementsAre("SELECT", "DELETE"));
  EXPECT_THAT(on_postgres("PREPARE p AS SELECT $1, $2; COMMIT;"), ElementsAre("PREPARE", "COMMIT"));
}

TEST(PostgresStatements, A_body_in_SQL_ends_with_its_own_END) {
  EXPECT_THAT(on_postgres("CREATE OR REPLACE FUNCTION f(a int) RETURNS int\nBEGIN ATOMIC\n"
                          "SELECT CASE a WHEN 1 THEN 2 END; SELECT 2;\nEND;\nCOMMIT;"),
              ElementsAre("CREATE", "COMMIT"));
}

TEST(PostgresStatements, A_trigger_ends_at_its_semicolon) {
  EXPECT_THAT(on_postgres("CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f(); COMMIT;"),
              ElementsAre("CREATE", "COMMIT"));
}

TEST(PostgresStatements, Parentheses_hold_a_rule_together) {
  EXPECT_THAT(on_postgres("CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); COMMIT"),
              ElementsAre("CREATE", "COMMIT"));
}

TEST(PostgresStatements, Comments_nest_and_backslashes_escape_only_after_E) {
  EXPECT_THAT(on_postgres("/* a /* b; */ c; */ SELECT 1; COMMIT;"),
              ElementsAre("SELECT", "COMMIT"));
  EXPECT_THAT(on_postgres(R"(SELECT E'it\'s; COMMIT;'; DELETE FROM t;)"),
              ElementsAre("SELECT", "DELETE"));
  EXPECT_THAT(on_postgres(R"(SELECT 'it\'; COMMIT;)"), ElementsAre("SELECT", "COMMIT"));
  EXPECT_THAT(on_postgres("SELECT a[1]; COMMIT;"), ElementsAre("SELECT", "COMMIT"));
}

TEST(PostgresStatements, What_never_ends_is_told_with_its_line) {
  for (const char* sql : {"SELECT 1;\n/* /* */", "SELECT 1;\nDO $a$ x $b$",
                          "SELECT 1;\nSELECT E'\\'", "SELECT 1;\nSELECT 'x"}) {
    const auto parts = split(sql, sql::Engine::Postgres);
    EXPECT_TRUE(parts.broken) << sql;
    EXPECT_EQ(parts.broken_line, 2) << sql;
  }
}

TEST(SqliteStatements, A_dollar_sign_is_a_parameter_and_a_bracket_quotes) {
  EXPECT_THAT(first_words("SELECT $$; COMMIT; SELECT [a;b], `c;d`;", sql::Engine::Sqlite),
              ElementsAre("SELECT", "COMMIT", "SELECT"));
}

TEST(Statements, Each_has_the_line_of_its_first_word) {
  for (const auto engine : {sql::Engine::Sqlite, sql::Engine::Postgres}) {
    const auto parts = split("-- a\n\nSELECT\n1;\n/* b\n*/ (SELECT 2);", engine);
    ASSERT_THAT(parts.statements, SizeIs(2));
    EXPECT_EQ(parts.statements[0].line, 3);
    EXPECT_EQ(parts.statements[1].line, 6);
  }
}

}  // namespace
}  // namespace banyan::migrations
