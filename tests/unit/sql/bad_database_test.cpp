// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "support/raw_sqlite.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::RawSqlite;
using testing::HasSubstr;

class BadDatabaseTest : public testing::Test {
 protected:
  void expect_refused(const std::filesystem::path& file, FaultKind kind, const std::string& what,
                      const std::string& next_step) {
    try {
      const auto shared = test::open_file(file);
      ADD_FAILURE() << "opened " << file;
    } catch (const Fault& fault) {
      EXPECT_EQ(fault.kind(), kind) << fault.what();
      EXPECT_THAT(fault.what(), HasSubstr(file.filename().string()));
      EXPECT_THAT(fault.what(), HasSubstr(what));
      EXPECT_THAT(fault.what(), HasSubstr(next_step));
    }
  }
  void write_file(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
  }

  test::TemporaryFolder folder_{test::memory_folder()};
};

TEST_F(BadDatabaseTest, A_file_that_is_something_else) {
  const auto file = folder_.path() / "letter.txt";
  write_file(file, "Dear Sir or Madam, " + std::string(5000, 'x'));
  expect_refused(file, FaultKind::NotADatabase, "is not a SQLite database", "name another file");
}

TEST_F(BadDatabaseTest, A_folder) {
  std::filesystem::create_directory(folder_.path() / "data");
  expect_refused(folder_.path() / "data", FaultKind::Storage, "is a folder",
                 "Name a database file inside it");
}

TEST_F(BadDatabaseTest, A_file_in_a_folder_that_is_not_there) {
  expect_refused(folder_.path() / "nowhere" / "shop.db", FaultKind::Storage, "there is no folder",
                 "Create it");
}

TEST_F(BadDatabaseTest, A_damaged_database) {
  const auto file = folder_.path() / "shop.db";
  RawSqlite(file).run("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(20000))");
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(100);
  stream << std::string(400, '\x7f');
  stream.close();
  try {
    const auto shared = test::open_file(file);
    shared->connect("t", {"t"}).read(test::soon(), [](Session& session) {
      session.all<std::string>("SELECT x FROM t");
    });
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::NotADatabase) << fault.what();
    EXPECT_THAT(fault.what(), HasSubstr("restore a backup"));
  }
}

TEST_F(BadDatabaseTest, A_read_only_file) {
  const auto file = folder_.path() / "shop.db";
  {
    const auto made = test::open_file(file);
  }
  chmod(folder_.path().c_str(), 0755);
  chmod(file.c_str(), 0444);
  const pid_t child = fork();
  if (child == 0) {
    // The superuser may write everything; nobody may not.
    if (geteuid() == 0 && seteuid(65534) != 0) _exit(2);
    try {
      const auto shared = test::open_file(file);
      _exit(3);
    } catch (const Fault& fault) {
      const bool clear =
          (fault.kind() == FaultKind::ReadOnly || fault.kind() == FaultKind::Storage) &&
          std::string_view(fault.what()).find("right to write") != std::string_view::npos;
      _exit(clear ? 0 : 4);
    }
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(BadDatabaseTest, What_another_program_has_marked_which_cannot_be_adopted_either) {
  const auto file = folder_.path() / "music.db";
  RawSqlite(file).run("CREATE TABLE songs (title); PRAGMA application_id = 7");
  expect_refused(file, FaultKind::NotADatabase, "by another program", "application_id 7");
  try {
    test::open_file(file);
  } catch (const Fault& fault) {
    EXPECT_THAT(fault.what(), testing::Not(testing::HasSubstr("schema adopt")));
  }
}

TEST_F(BadDatabaseTest, Somebody_elses_database_which_is_left_as_it_is) {
  const auto file = folder_.path() / "music.db";
  RawSqlite(file).run("CREATE TABLE songs (title)");
  expect_refused(file, FaultKind::NotADatabase, "the database of something else",
                 "name another file");
  EXPECT_EQ(RawSqlite(file).run("SELECT count(*) FROM sqlite_master"), "1");
  EXPECT_EQ(RawSqlite(file).run("PRAGMA journal_mode"), "delete");
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".lock"));
}

TEST_F(BadDatabaseTest, A_database_of_a_newer_version) {
  const auto file = folder_.path() / "shop.db";
  {
    const auto made = test::open_file(file);
  }
  RawSqlite(file).run("PRAGMA user_version = 99");
  expect_refused(file, FaultKind::NotADatabase, "newer version of Banyan (format 99",
                 "Run that version");
}

TEST_F(BadDatabaseTest, A_path_with_a_double_quote_is_none) {
  EXPECT_NO_THROW(test::open_file(folder_.path() / "sh\"op.db"));
}

TEST_F(BadDatabaseTest, Paths_with_blanks_apostrophes_and_signs_are_fine) {
  for (const auto* name : {"my shop.db", "Joe's shop.db", "a=b;c.db"}) {
    const auto shared = test::open_file(folder_.path() / name);
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / name)) << name;
  }
}

TEST_F(BadDatabaseTest, An_empty_file_becomes_a_database) {
  const auto file = folder_.path() / "shop.db";
  write_file(file, "");
  EXPECT_NO_THROW(test::open_file(file));
}

}  // namespace
}  // namespace banyan::sql
