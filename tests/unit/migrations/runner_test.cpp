// SPDX-License-Identifier: Apache-2.0
#include "banyan/migrations/runner.hpp"

#include "banyan/kit_tables/kit_tables.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "banyan/test/temporary_database.hpp"
#include "script_rules.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::migrations {
namespace {

using test::RawSqlite;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RunnerTest : public testing::Test {
 protected:
  Runner runner(std::vector<Script> orders) {
    return Runner(file_, {{"orders", std::move(orders)}}, clock_);
  }

  std::vector<std::string> problems(Runner bad) {
    try {
      bad.apply();
      ADD_FAILURE() << "applied";
    } catch (const MigrationFault& fault) {
      std::vector<std::string> texts;
      for (const auto& problem : fault.problems()) {
        texts.push_back(problem.text());
        EXPECT_THAT(fault.what(), HasSubstr(problem.text()));
      }
      return texts;
    }
    return {};
  }

  std::string in_file(const std::string& sql) { return RawSqlite(file_).run(sql); }

  void make_text_file(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  std::string content() {
    std::ostringstream text;
    text << std::ifstream(file_, std::ios::binary).rdbuf();
    return text.str();
  }

  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(each.path().filename().string());
    }
    return names;
  }

  static constexpr Script create{"0001_create.sql", "CREATE TABLE orders (id BIGINT);"};
  static constexpr Script add_note{"0002_add_note.sql", "ALTER TABLE orders ADD note TEXT;"};

  ManualClock clock_;
  test::TemporaryFolder folder_{test::memory_folder()};
  std::filesystem::path file_ = folder_.path() / "shop.db";
};

TEST_F(RunnerTest, Scripts_with_triggers_strings_and_comments_run_as_written) {
  runner({{"0001_create.sql",
           "CREATE TABLE t (a TEXT); -- COMMIT;\n"
           "/* ROLLBACK; */ CREATE TABLE \"log;END\" (a TEXT);\n"
           "CREATE TRIGGER g AFTER INSERT ON t WHEN CASE WHEN new.a = 'x' THEN 1 ELSE 0 END\n"
           "BEGIN\n  INSERT INTO \"log;END\" VALUES ('; COMMIT;');\n"
           "  UPDATE t SET a = CASE a WHEN 'x' THEN 'y' END;\nEND;\n"
           "INSERT INTO t VALUES ('x')"}})
      .apply();
  EXPECT_EQ(in_file("SELECT a FROM \"log;END\""), "; COMMIT;");
  EXPECT_EQ(in_file("SELECT a FROM t"), "y");
}

TEST_F(RunnerTest, Lists_every_problem_at_once) {
  const auto texts = problems(runner({{"0001_create.sql", "CREATE TABLE t (a);\nCOMMIT;\nBEGIN;\n"},
                                      {"0003_gap.sql", "SELECT 1;"},
                                      {"0004_Empty.sql", "-- nothing\n"}}));
  EXPECT_THAT(
      texts, ElementsAre(HasSubstr("0004_Empty.sql: the name must be four digits"),
                         HasSubstr("0003_gap.sql: the number should be 0002"),
                         HasSubstr("0001_create.sql:2: COMMIT: the runner puts each file into one"),
                         HasSubstr("0001_create.sql:3: BEGIN: the runner"),
                         HasSubstr("0004_Empty.sql: the file has no statement")));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(RunnerTest, Refuses_names_that_are_not_a_number_and_words) {
  for (const auto* name :
       {"1_create.sql", "0001-create.sql", "0001_Create.sql", "0001_create.SQL", "0001_.sql",
        "create.sql", "0001_cre ate.sql", "separation/expand.sql"}) {
    const auto texts = problems(runner({{name, "SELECT 1;"}}));
    EXPECT_THAT(texts, testing::Contains(HasSubstr("the name must be four digits"))) << name;
  }
}

TEST_F(RunnerTest, Refuses_a_first_number_other_than_1) {
  EXPECT_THAT(problems(runner({{"0002_create.sql", "SELECT 1;"}})),
              ElementsAre(HasSubstr("the number should be 0001")));
}

TEST_F(RunnerTest, Refuses_two_files_of_one_number) {
  EXPECT_THAT(
      problems(runner({create, {"0001_other.sql", "SELECT 1;"}})),
      ElementsAre(HasSubstr("0001_other.sql: the number 0001 is taken by 0001_create.sql")));
}

TEST_F(RunnerTest, Refuses_an_empty_file) {
  EXPECT_THAT(problems(runner({{"0001_create.sql", ""}})),
              ElementsAre(HasSubstr("the file has no statement")));
}

TEST_F(RunnerTest, Refuses_settings_and_what_cannot_be_undone) {
  EXPECT_THAT(problems(runner({{"0001_create.sql",
                                "PRAGMA foreign_keys = OFF;\nATTACH 'x' AS y;\nVACUUM;\n"}})),
              ElementsAre(HasSubstr(":1: PRAGMA: settings belong to the connection"),
                          HasSubstr(":2: ATTACH: cannot be undone"), HasSubstr(":3: VACUUM:")));
}

TEST_F(RunnerTest, Refuses_a_text_that_never_ends) {
  EXPECT_THAT(problems(runner({{"0001_create.sql", "SELECT 1;\nSELECT 'abc;\n"}})),
              ElementsAre(HasSubstr("0001_create.sql:2: a quoted text or name that never ends")));
  EXPECT_THAT(problems(runner({{"0001_create.sql", "SELECT 1; /* abc;\n"}})),
              ElementsAre(HasSubstr("0001_create.sql:1: a comment that never ends")));
}

TEST_F(RunnerTest, Refuses_a_NUL_byte_behind_which_nothing_would_run) {
  EXPECT_THAT(problems(runner({{"0001_create.sql", std::string_view("SELECT 1;\n\0DROP", 15)}})),
              ElementsAre(HasSubstr("0001_create.sql:2: a NUL byte")));
}

TEST_F(RunnerTest, Refuses_a_file_that_is_not_a_database) {
  make_text_file(file_, "Dear Sir or Madam, " + std::string(5000, 'x'));
  EXPECT_THAT(problems(runner({create})), ElementsAre(HasSubstr("is not a SQLite database")));
}

TEST_F(RunnerTest, Refuses_a_folder_as_database) {
  std::filesystem::create_directory(file_);
  EXPECT_THAT(problems(runner({create})), ElementsAre(HasSubstr("is not a file")));
}

TEST_F(RunnerTest, Refuses_a_database_in_a_folder_that_is_not_there) {
  file_ = folder_.path() / "nowhere" / "shop.db";
  EXPECT_THAT(problems(runner({create})), ElementsAre(HasSubstr("cannot open the lock file")));
}

TEST_F(RunnerTest, Refuses_a_fence_that_points_to_a_file_that_is_gone) {
  runner({create}).apply();
  in_file(
      "CREATE TABLE banyan_fence (module, state, epoch, location);"
      "INSERT INTO banyan_fence VALUES ('orders', 'moved', 1, 'lost.db')");
  EXPECT_THAT(problems(runner({create, add_note})), ElementsAre(HasSubstr("lost.db")));
}

TEST_F(RunnerTest, A_moved_module_is_migrated_at_its_new_place) {
  runner({create}).apply();
  const auto own = folder_.path() / "shop.orders.db";
  RawSqlite(own).run("ATTACH '" + file_.string() + "' AS shared;" +
                     "CREATE TABLE orders AS SELECT * FROM shared.orders;" +
                     "CREATE TABLE banyan_migrations AS SELECT * FROM shared.banyan_migrations");
  in_file(
      "CREATE TABLE banyan_fence (module, state, epoch, location);"
      "INSERT INTO banyan_fence VALUES ('orders', 'moved', 1, 'shop.orders.db')");
  const auto applied = runner({create, add_note}).apply();
  ASSERT_THAT(applied, SizeIs(1));
  EXPECT_EQ(applied[0].database, own.string());
  EXPECT_EQ(RawSqlite(own).run("SELECT count(*) FROM pragma_table_info('orders')"), "2");
  EXPECT_EQ(in_file("SELECT count(*) FROM pragma_table_info('orders')"), "1");
}

TEST_F(RunnerTest, A_database_of_something_else_is_refused_and_left_as_it_is) {
  in_file("CREATE TABLE music (title TEXT); INSERT INTO music VALUES ('x')");
  const auto before = content();
  EXPECT_THAT(problems(runner({create})),
              ElementsAre(HasSubstr("is the database of something else")));
  EXPECT_THROW(runner({create}).dry_run(), MigrationFault);
  EXPECT_THROW(runner({create}).status(), MigrationFault);
  EXPECT_EQ(content(), before);
  EXPECT_THAT(files(), ElementsAre("shop.db"));
}

TEST_F(RunnerTest, A_database_of_a_newer_version_is_refused_and_left_as_it_is) {
  runner({create}).apply();
  in_file("PRAGMA user_version = 99");
  EXPECT_THAT(problems(runner({create, add_note})),
              ElementsAre(HasSubstr("written by a newer version of Banyan (format 99")));
  EXPECT_EQ(in_file("SELECT count(*) FROM pragma_table_info('orders')"), "1");
}

TEST_F(RunnerTest, A_modules_own_file_of_a_newer_version_is_refused_too) {
  runner({create}).apply();
  const auto own = folder_.path() / "shop.orders.db";
  RawSqlite(own).run(
      "PRAGMA application_id = 1112430926; PRAGMA user_version = 99;"
      "CREATE TABLE orders (id BIGINT)");
  in_file(
      "CREATE TABLE banyan_fence (module, state, epoch, location);"
      "INSERT INTO banyan_fence VALUES ('orders', 'moved', 1, 'shop.orders.db')");
  EXPECT_THAT(problems(runner({create, add_note})), ElementsAre(HasSubstr("newer version")));
}

TEST_F(RunnerTest, A_database_is_made_also_where_no_module_has_a_script) {
  EXPECT_THAT(runner({}).apply(), IsEmpty());
  EXPECT_EQ(in_file("SELECT count(*) FROM banyan_migrations"), "0");
  EXPECT_EQ(in_file("PRAGMA journal_mode"), "wal");
  EXPECT_THAT(runner({}).apply(), IsEmpty());
  EXPECT_THAT(runner({create}).apply(), SizeIs(1));
}

TEST_F(RunnerTest, A_database_that_it_wrote_is_marked) {
  runner({create}).apply();
  EXPECT_EQ(in_file("PRAGMA application_id"), std::to_string(0x424E594E));
  EXPECT_EQ(in_file("PRAGMA user_version"), std::to_string(kit_tables::kFormat));
}

class RebuildTest : public RunnerTest {
 protected:
  static constexpr Script tables{
      "0001_create.sql",
      "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer BIGINT REFERENCES customers (id));"
      "CREATE TABLE lines (id BIGINT REFERENCES orders (id));"
      "CREATE TABLE customers (id BIGINT PRIMARY KEY);"
      "INSERT INTO customers VALUES (1); INSERT INTO orders VALUES (7, 1);"
      "INSERT INTO lines VALUES (7);"};
};

TEST_F(RebuildTest, A_table_is_rebuilt_under_the_feet_of_its_children) {
  runner({tables,
          {"0002_soft.sql",
           "-- banyan: rebuild\n"
           "CREATE TABLE new_orders (id BIGINT PRIMARY KEY, customer BIGINT);"
           "INSERT INTO new_orders SELECT id, customer FROM orders;"
           "DROP TABLE orders; ALTER TABLE new_orders RENAME TO orders;"}})
      .apply();
  EXPECT_EQ(in_file("SELECT count(*) FROM pragma_foreign_key_list('orders')"), "0");
  EXPECT_EQ(in_file("SELECT \"table\" FROM pragma_foreign_key_list('lines')"), "orders");
  EXPECT_EQ(in_file("SELECT count(*) FROM lines JOIN orders ON orders.id = lines.id"), "1");
}

TEST_F(RebuildTest, A_rebuild_that_leaves_orphans_is_undone) {
  const auto texts =
      problems(runner({tables, {"0002_soft.sql", "-- banyan: rebuild\nDELETE FROM orders;"}}));
  EXPECT_THAT(texts, ElementsAre(HasSubstr(
                         "0002_soft.sql: after the rebuild row 1 of 'lines' points to nothing in "
                         "'orders'")));
  EXPECT_EQ(in_file("SELECT count(*) FROM orders"), "1");
}

TEST_F(RebuildTest, Without_the_first_line_foreign_keys_hold) {
  EXPECT_THAT(problems(runner({tables, {"0002_soft.sql", "DELETE FROM orders;"}})),
              ElementsAre(HasSubstr("0002_soft.sql:1: FOREIGN KEY constraint failed")));
}

// What a rebuild without its mark did: SQLite empties the table first, and its children with it.
class QuietDeletion : public RebuildTest {
 protected:
  static constexpr Script cascading{
      "0001_create.sql",
      "CREATE TABLE orders (id BIGINT PRIMARY KEY);"
      "CREATE TABLE lines (id BIGINT REFERENCES Orders (id) ON DELETE CASCADE);"
      "CREATE TABLE notes (id BIGINT REFERENCES orders (id) ON DELETE SET NULL);"
      "INSERT INTO orders VALUES (7); INSERT INTO lines VALUES (7); INSERT INTO notes VALUES (7);"};
  static constexpr std::string_view rebuild =
      "CREATE TABLE new_orders (id BIGINT PRIMARY KEY, note TEXT);\n"
      "INSERT INTO new_orders (id) SELECT id FROM orders;\n"
      "DROP TABLE orders;\nALTER TABLE new_orders RENAME TO orders;";

  void expect_children() {
    EXPECT_EQ(in_file("SELECT count(*) FROM lines"), "1");
    EXPECT_EQ(in_file("SELECT count(*) FROM notes WHERE id = 7"), "1");
  }
};

TEST_F(QuietDeletion, Dropping_a_table_to_which_others_refer_needs_the_mark) {
  const Script unmarked{"0002_rebuild.sql", rebuild};
  EXPECT_THAT(problems(runner({cascading, unmarked})),
              ElementsAre(HasSubstr("0002_rebuild.sql:3: it drops 'orders', to which 'lines', "
                                    "'notes' refers")));
  expect_children();
}

TEST_F(QuietDeletion, A_dry_run_finds_it_too) {
  runner({cascading}).apply();
  const Script unmarked{"0002_rebuild.sql", rebuild};
  EXPECT_THROW(runner({cascading, unmarked}).dry_run(), MigrationFault);
  const Script separation{"separation/0001_rebuild.sql", rebuild};
  EXPECT_THROW(runner({cascading, separation}).dry_run_separation("orders"), MigrationFault);
}

TEST_F(QuietDeletion, A_dry_run_keeps_foreign_keys_on_beside_a_script_that_rebuilds) {
  runner({tables}).apply();
  const Script marked{"0002_soft.sql", "-- banyan: rebuild\nCREATE TABLE other (id BIGINT);"};
  const Script deleting{"0003_delete.sql", "DELETE FROM orders;"};
  EXPECT_THROW(runner({tables, marked, deleting}).dry_run(), MigrationFault);
}

TEST_F(QuietDeletion, Replacing_a_row_to_which_others_refer_is_refused) {
  for (const std::string statement :
       {"INSERT OR REPLACE INTO orders VALUES (7);", "replace into Orders select 7;",
        "INSERT INTO orders VALUES (8); UPDATE OR REPLACE orders SET id = 7 WHERE id = 8;"}) {
    const std::string text = "\n" + statement + "\nINSERT INTO orders VALUES (9);";
    EXPECT_THAT(problems(runner({cascading, {"0002_replace.sql", text}})),
                ElementsAre(testing::AllOf(
                    HasSubstr("0002_replace.sql:2: it puts rows of 'orders' in the place of"),
                    HasSubstr("1 row(s) of 'lines' were deleted with them, as their ON DELETE "
                              "CASCADE says"),
                    HasSubstr("ON CONFLICT (…) DO UPDATE"))))
        << statement;
    expect_children();
    EXPECT_EQ(in_file("SELECT count(*) FROM orders"), "1");
  }
}

TEST_F(QuietDeletion, Replacing_is_refused_also_as_the_last_statement_and_in_a_dry_run) {
  runner({cascading}).apply();
  const Script replacing{"0002_replace.sql", "REPLACE INTO orders VALUES (7)"};
  EXPECT_THROW(runner({cascading, replacing}).dry_run(), MigrationFault);
  EXPECT_THROW(runner({cascading, replacing}).apply(), MigrationFault);
  expect_children();
}

TEST_F(QuietDeletion, Emptying_what_refers_is_refused_as_well) {
  for (const std::string on_delete : {"SET NULL", "SET DEFAULT"}) {
    const std::string emptied =
        "CREATE TABLE marks (id BIGINT DEFAULT 1 REFERENCES orders (id) ON DELETE " + on_delete +
        "); CREATE TABLE orders (id BIGINT PRIMARY KEY);"
        "INSERT INTO orders VALUES (1), (7); INSERT INTO marks VALUES (7);"
        "REPLACE INTO orders VALUES (7);";
    EXPECT_THAT(problems(runner({{"0001_replace.sql", emptied}})),
                ElementsAre(HasSubstr("1 row(s) of 'marks' were emptied")))
        << on_delete;
  }
}

TEST_F(QuietDeletion, What_takes_nothing_away_may_replace) {
  runner({cascading,
          {"0002_new.sql",
           "REPLACE INTO orders VALUES (8);"
           "INSERT INTO orders VALUES (7) ON CONFLICT (id) DO UPDATE SET id = excluded.id;"
           "INSERT OR IGNORE INTO orders VALUES (7);"}})
      .apply();
  expect_children();
}

TEST_F(QuietDeletion, Who_deletes_by_name_may) {
  runner({cascading, {"0002_delete.sql", "DELETE FROM orders; REPLACE INTO orders VALUES (7);"}})
      .apply();
  EXPECT_EQ(in_file("SELECT count(*) FROM lines"), "0");
}

TEST_F(QuietDeletion, Children_may_go_before_their_parent) {
  runner({cascading,
          {"0002_drop.sql", "DROP TABLE lines; DROP TABLE notes; DROP TABLE IF EXISTS orders;"}})
      .apply();
  EXPECT_EQ(in_file("SELECT count(*) FROM sqlite_master WHERE name = 'orders'"), "0");
}

TEST_F(QuietDeletion, A_table_that_refers_only_to_itself_may_go) {
  runner(
      {{"0001_tree.sql", "CREATE TABLE tree (id BIGINT PRIMARY KEY, up BIGINT REFERENCES tree);"},
       {"0002_drop.sql", "DROP TABLE tree;"}})
      .apply();
}

TEST_F(QuietDeletion, The_mark_may_follow_a_byte_order_mark_and_other_comments) {
  int number = 2;
  std::vector<std::string> kept;
  kept.reserve(10);
  std::vector<Script> all{cascading};
  for (const std::string before :
       {"\xEF\xBB\xBF", "\n\n", "-- Copyright Us\n-- A licence\n", "/* one\n two */\r\n"}) {
    const std::string text(rebuild);
    kept.push_back("000" + std::to_string(number++) + "_rebuild.sql");
    const auto& name = kept.back();
    kept.push_back(before + "-- banyan: rebuild\r\n" + text);
    all.push_back({name, kept.back()});
    runner(all).apply();
    expect_children();
    // Undone, so that the next one finds what it expects.
    in_file("PRAGMA foreign_keys = OFF; ALTER TABLE orders DROP COLUMN note");
  }
}

TEST_F(QuietDeletion, A_mark_that_cannot_be_read_is_refused) {
  for (const char* mark :
       {"-- banyan: rebuilt", "--banyan: rebuild", "-- Banyan: rebuild", "-- banyan rebuild",
        "-- banyan:rebuild", "/* banyan: rebuild */", "-- banyan: rebuild orders"}) {
    const std::string text = std::string("\n") + mark + "\n" + std::string(rebuild);
    EXPECT_THAT(problems(runner({cascading, {"0002_rebuild.sql", text}})),
                ElementsAre(HasSubstr("0002_rebuild.sql:2: the mark `" + std::string(mark))))
        << mark;
  }
}

TEST_F(QuietDeletion, A_mark_that_comes_too_late_is_refused) {
  const std::string text = std::string(rebuild) + "\n-- banyan: rebuild\n";
  EXPECT_THAT(problems(runner({cascading, {"0002_rebuild.sql", text}})),
              ElementsAre(HasSubstr("0002_rebuild.sql:5: `-- banyan: rebuild` comes too late")));
}

TEST_F(QuietDeletion, Prose_is_no_mark) {
  runner({{"0001_create.sql",
           "-- banyan moves this table; banyan_fence says where\n"
           "CREATE TABLE t (a); -- banyan_gate: closed"}})
      .apply();
}

TEST_F(QuietDeletion, A_script_that_was_applied_long_ago_is_not_judged_by_its_marks) {
  const Script odd{"0001_create.sql", "-- banyan: something\nCREATE TABLE t (a);"};
  runner({{"0001_create.sql", "CREATE TABLE t (a);"}}).apply();
  in_file("UPDATE banyan_migrations SET checksum = '" + checksum_of(odd.sql) + "'");
  EXPECT_THAT(runner({odd}).apply(), IsEmpty());
}

TEST_F(RunnerTest, A_script_says_that_a_running_program_can_live_with_it) {
  const Script silent{"0001_create.sql", "CREATE TABLE t (a);"};
  const Script expand{"0002_more.sql",
                      "-- a licence\n-- banyan: expand\nALTER TABLE t ADD COLUMN b;"};
  const auto status = runner({silent, expand}).status();
  ASSERT_THAT(status, SizeIs(2));
  EXPECT_FALSE(status[0].expands);
  EXPECT_TRUE(status[1].expands);
  EXPECT_THAT(runner({silent, expand}).apply(), SizeIs(2));
}

TEST_F(RunnerTest, What_takes_something_away_is_no_expansion) {
  for (const char* statement : {"DROP TABLE t;", "drop view t;", "ALTER TABLE t RENAME TO u;",
                                "alter table t\ndrop column a;"}) {
    const std::string text = std::string("-- banyan: expand\n") + statement;
    EXPECT_THAT(
        problems(runner({{"0001_create.sql", "CREATE TABLE t (a, b);"}, {"0002_less.sql", text}})),
        ElementsAre(HasSubstr("takes away what a running program may need")))
        << statement;
  }
}

TEST_F(RunnerTest, A_rebuild_may_be_an_expansion) {
  runner({{"0001_create.sql", "CREATE TABLE t (a);"},
          {"0002_more.sql",
           "-- banyan: rebuild\n-- banyan: expand\nCREATE TABLE u (a, b DEFAULT 1);"
           "INSERT INTO u (a) SELECT a FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t;"}})
      .apply();
  EXPECT_EQ(in_file("SELECT count(*) FROM pragma_table_info('t')"), "2");
}

TEST_F(RunnerTest, A_rebuild_that_takes_something_away_is_no_expansion_whatever_its_words_are) {
  const Script first{"0001_create.sql",
                     "CREATE TABLE t (a, b); CREATE TABLE kept (a); "
                     "CREATE VIEW v AS SELECT a FROM t;"};
  runner({first}).apply();
  const auto refused = [&](const std::string& statements) {
    const std::string text = "-- banyan: expand\n-- banyan: rebuild\n" + statements;
    try {
      runner({first, {"0002_more.sql", text}}).apply();
    } catch (const MigrationFault& fault) {
      EXPECT_EQ(in_file("SELECT count(*) FROM banyan_migrations"), "1");
      return std::string(fault.what());
    }
    return std::string("applied");
  };
  const std::string take_its_place = "DROP TABLE t; ALTER TABLE u RENAME TO t;";
  EXPECT_THAT(refused("DROP TABLE kept;"), HasSubstr("'kept' is gone"));
  EXPECT_THAT(refused("DROP VIEW v;"), HasSubstr("'v' is gone"));
  EXPECT_THAT(refused("ALTER TABLE t RENAME TO u;"), HasSubstr("'t' is gone"));
  EXPECT_THAT(refused("CREATE TABLE u (A);" + take_its_place), HasSubstr("'t.b' is gone"));
  EXPECT_THAT(refused("CREATE TABLE u (a, b, c NOT NULL);" + take_its_place),
              HasSubstr("'t.c' is NOT NULL and has no default"));
  EXPECT_THAT(refused("CREATE TABLE u (a NOT NULL, b);" + take_its_place),
              HasSubstr("'t.a' is NOT NULL and has no default"));
  EXPECT_EQ(refused("CREATE TABLE u (a, b, c NOT NULL DEFAULT 1, d, e NOT NULL AS (a));" +
                    take_its_place + "CREATE TABLE fresh (a NOT NULL);"),
            "applied");
}

TEST_F(RunnerTest, A_byte_order_mark_hides_no_forbidden_statement) {
  EXPECT_THAT(problems(runner({{"0001_create.sql",
                                "\xEF\xBB\xBF"
                                "COMMIT;"}})),
              ElementsAre(HasSubstr("0001_create.sql:1: COMMIT: the runner puts each file")));
}

class FolderTest : public RunnerTest {};

TEST_F(FolderTest, Scripts_come_from_a_folder_too) {
  make_text_file(folder_.path() / "orders" / "0001_create.sql", "CREATE TABLE orders (id);");
  make_text_file(folder_.path() / "orders" / "separation" / "0001_expand.sql", "SELECT 1;");
  make_text_file(folder_.path() / "orders" / "README.md", "no SQL");
  const ScriptFolder scripts("orders", folder_.path() / "orders");
  ASSERT_THAT(scripts.scripts().scripts, SizeIs(2));
  EXPECT_THAT(Runner(file_, {scripts.scripts()}, system_clock()).apply(), SizeIs(1));
}

TEST_F(FolderTest, A_folder_that_is_not_there_is_named) {
  try {
    ScriptFolder("orders", folder_.path() / "nowhere");
    FAIL();
  } catch (const MigrationFault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("nowhere: cannot read the folder"));
  }
}

TEST_F(FolderTest, A_script_that_is_a_folder_is_named) {
  std::filesystem::create_directories(folder_.path() / "orders" / "0001_create.sql");
  EXPECT_THROW(ScriptFolder("orders", folder_.path() / "orders"), MigrationFault);
}

}  // namespace
}  // namespace banyan::migrations
