// SPDX-License-Identifier: Apache-2.0
// Whether two processes work on one and the same database, however each of them calls it.
#include "banyan/sql/database_identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "banyan/test/temporary_folder.hpp"
#include "support/postgres_server.hpp"

namespace banyan::sql {
namespace {

using testing::HasSubstr;
using testing::Not;

class TheIdentityOfAFile : public testing::Test {
 protected:
  std::filesystem::path make(const std::string& name) const {
    const auto file = folder_.path() / name;
    std::ofstream(file) << "rows";
    return file;
  }
  static DatabaseIdentity of(const std::filesystem::path& file) {
    return database_identity(DataSource::parse(file.string()).value());
  }

  const test::TemporaryFolder folder_;
};

TEST_F(TheIdentityOfAFile, IsTheSameByEachOfItsNames) {
  const auto file = make("shop.db");
  const auto other_name = folder_.path() / "link.db";
  std::filesystem::create_symlink(file, other_name);
  EXPECT_EQ(is_same_database(of(file), of(other_name)), true);
  EXPECT_EQ(of(other_name).display, std::filesystem::canonical(file).string());
}

TEST_F(TheIdentityOfAFile, IsAnotherOneOfACopy) {
  EXPECT_EQ(is_same_database(of(make("shop.db")), of(make("copy.db"))), false);
}

TEST_F(TheIdentityOfAFile, SaysNothingOfOneThatIsNotThere) {
  EXPECT_EQ(is_same_database(of(make("shop.db")), of(folder_.path() / "gone.db")), std::nullopt);
}

// The number of a file is another file's elsewhere, and over a network it has another one.
TEST_F(TheIdentityOfAFile, SaysNothingToAnotherSystem) {
  const DatabaseIdentity here = of(make("shop.db"));
  DatabaseIdentity elsewhere = here;
  elsewhere.scope = "another system";
  EXPECT_EQ(is_same_database(here, elsewhere), std::nullopt);
  elsewhere.id = "another file";
  EXPECT_EQ(is_same_database(here, elsewhere), std::nullopt);
  elsewhere.scope = "";
  EXPECT_EQ(is_same_database(elsewhere, elsewhere), std::nullopt);
}

TEST(TheIdentityOfAServersDatabase, IsAnotherOneForEachDatabase) {
  const test::PostgresDatabase one = test::PostgresServer::shared().make_database();
  const test::PostgresDatabase two = test::PostgresServer::shared().make_database();
  const auto of = [](const std::string& url) {
    return database_identity(DataSource::parse(url).value());
  };
  const DatabaseIdentity found = of(one.url());
  ASSERT_NE(found.id, "");
  EXPECT_EQ(is_same_database(found, of(one.url())), true);
  EXPECT_EQ(is_same_database(found, of(two.url())), false);
}

TEST(TheIdentityOfAServersDatabase, SaysNothingWhereNobodyAnswers) {
  const auto away = DataSource::parse("postgresql://ann:secret@127.0.0.1:1/shop").value();
  const DatabaseIdentity found = database_identity(away);
  EXPECT_EQ(found.id, "");
  EXPECT_THAT(found.display, Not(HasSubstr("secret")));
  EXPECT_EQ(is_same_database(found, found), std::nullopt);
}

TEST(TheIdentityOfAServersDatabase, IsNeverThatOfAFile) {
  const DatabaseIdentity file{.engine = "sqlite", .scope = "a", .id = "1", .display = {}};
  const DatabaseIdentity server{.engine = "postgresql", .scope = "b", .id = {}, .display = {}};
  EXPECT_EQ(is_same_database(file, server), false);
}

}  // namespace
}  // namespace banyan::sql
