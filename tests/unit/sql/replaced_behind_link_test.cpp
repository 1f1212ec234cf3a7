// SPDX-License-Identifier: Apache-2.0
// The log is beside the file behind a link, and so is the note of whose log it is.
#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <string>

#include "banyan/sql/database.hpp"
#include "banyan/sql/fault.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::soon;
using testing::HasSubstr;

class ReplacedBehindALinkTest : public testing::Test {
 protected:
  /// A database by this name; a closed one is whole without its log.
  static std::unique_ptr<Database> open(const std::filesystem::path& name) {
    auto database = test::open_file(name);
    EXPECT_TRUE(database->probe(soon()));
    return database;
  }
  static std::string why_not_opened(const std::filesystem::path& name) {
    try {
      (void)test::open_file(name);
      return {};
    } catch (const Fault& fault) {
      return fault.what();
    }
  }
  static bool has_log(const std::filesystem::path& file) {
    return std::filesystem::exists(file.string() + "-wal");
  }
  std::filesystem::path in(const char* folder) const {
    std::filesystem::create_directory(folder_.path() / folder);
    return folder_.path() / folder / "shop.db";
  }
  void replace_the_file() const {
    std::filesystem::rename(file_, aside_);
    std::filesystem::copy_file(aside_, file_);
  }

  test::TemporaryFolder folder_{test::memory_folder()};
  const std::filesystem::path file_ = in("data");
  const std::filesystem::path aside_ = folder_.path() / "aside.db";
  const std::filesystem::path link_ = folder_.path() / "link.db";
};

TEST_F(ReplacedBehindALinkTest, Is_not_opened_with_the_log_of_the_one_before) {
  open(file_);
  std::filesystem::create_symlink(file_, link_);
  auto by_link = open(link_);
  replace_the_file();
  by_link.reset();
  ASSERT_TRUE(has_log(file_));
  const std::string log = std::filesystem::canonical(file_).string() + "-wal";
  EXPECT_THAT(why_not_opened(link_), HasSubstr("'" + file_.string() + "-wal'"));
  EXPECT_THAT(why_not_opened(file_), HasSubstr("'" + log + "'"));

  std::filesystem::rename(file_.string() + "-wal", aside_.string() + "-wal");
  EXPECT_EQ(why_not_opened(link_), "");
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".replaced"));
}

TEST_F(ReplacedBehindALinkTest, Is_not_opened_by_the_link_when_it_was_noted_by_its_own_name) {
  open(file_);
  auto by_name = open(file_);
  replace_the_file();
  by_name.reset();
  ASSERT_TRUE(has_log(file_));
  std::filesystem::create_symlink(file_, link_);
  EXPECT_THAT(why_not_opened(link_), HasSubstr("'" + file_.string() + "-wal'"));
}

// Whose log that is, a process that had another file open does not know.
TEST_F(ReplacedBehindALinkTest, By_another_link_says_nothing_of_the_log_of_the_other_database) {
  open(file_);
  std::filesystem::create_symlink(file_, link_);
  const auto other = in("other");
  const auto in_use = open(other);
  auto by_link = open(link_);
  std::filesystem::remove(link_);
  std::filesystem::create_symlink(other, link_);
  by_link.reset();
  ASSERT_TRUE(has_log(other));
  EXPECT_EQ(why_not_opened(link_), "");
  EXPECT_EQ(why_not_opened(file_), "");
}

// As deployments do, with a link to a folder on the way of the link to the file.
TEST_F(ReplacedBehindALinkTest, By_another_folder_says_nothing_of_the_log_of_the_other_database) {
  open(file_);
  const auto current = folder_.path() / "current";
  std::filesystem::create_directory_symlink(file_.parent_path(), current);
  std::filesystem::create_symlink(current / "shop.db", link_);
  const auto other = in("other");
  const auto in_use = open(other);
  auto by_link = open(link_);
  std::filesystem::remove(current);
  std::filesystem::create_directory_symlink(other.parent_path(), current);
  by_link.reset();
  ASSERT_TRUE(has_log(other));
  EXPECT_EQ(why_not_opened(link_), "");
  EXPECT_EQ(why_not_opened(file_), "");
}

}  // namespace
}  // namespace banyan::sql
