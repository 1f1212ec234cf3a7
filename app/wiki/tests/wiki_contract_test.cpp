// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "banyan/test/temporary_folder.hpp"
#include "contract/matchers.hpp"
#include "dokuwiki/wiki_files.hpp"
#include "wikis.hpp"

/// What the module is promised by whatever a wiki is kept in.
namespace wiki {
namespace {

using pages::AccessRule;
using pages::StoredPage;
using testing::Optional;

class WikiContract : public testing::TestWithParam<Keeping> {
 protected:
  std::optional<StoredPage> found(const std::string& name) const {
    const auto page = wiki_->find(name);
    EXPECT_THAT(page, Succeeds());
    return page ? *page : std::nullopt;
  }

  const Content content_{
      .pages = {{"notes", {"A heron.\n", 1'600'000'000}},
                {"desk:prices", {std::string("\xFC\r\n\0 12.50", 9), 1'700'000'000}},
                {"desk:empty", {"", 1'700'000'001}}},
      .rules = {{"*", true, true, false},
                {"desk:*", true, false, false},
                {"desk:*", false, true, false},
                {"home:%USER%:*", false, false, true}}};
  const std::shared_ptr<pages::Wiki> wiki_ = GetParam().keep(content_);
};

TEST_P(WikiContract, FindsPagesByteForByteWithTheTimeOfTheirSaving) {
  for (const auto& [name, page] : content_.pages) EXPECT_THAT(found(name), Optional(page));
}

TEST_P(WikiContract, HasNothingWhereThereIsNoPage) {
  for (const std::string& name : {std::string("nothing"), std::string("desk"),
                                  std::string("notes:below"), std::string(300, 'x')}) {
    EXPECT_EQ(found(name), std::nullopt) << name;
  }
}

TEST_P(WikiContract, HasNothingForWhatIsNoName) {
  for (const std::string& name :
       {std::string("../secret"), std::string("..:secret"), std::string("desk:..:..:secret"),
        std::string("/etc/passwd"), std::string("notes\0", 6), std::string("./notes"),
        std::string(".:notes"), std::string()}) {
    EXPECT_EQ(found(name), std::nullopt) << name;
  }
}

TEST_P(WikiContract, TellsWhoMayReadWhat) {
  const auto rules = wiki_->access_rules();
  ASSERT_THAT(rules, Succeeds());
  EXPECT_THAT(*rules, testing::UnorderedElementsAreArray(content_.rules));
}

INSTANTIATE_TEST_SUITE_P(Kept, WikiContract, testing::Values(in_memory(), in_files()),
                         [](const auto& named) { return named.param.name; });

/// What only files can do.
class WikiFiles : public testing::Test {
 protected:
  WikiFiles() {
    std::filesystem::create_directory(folder_.path() / "pages");
    write("acl.auth.php", "* @ALL 1\n");
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.file(name)) << text;
  }

  const banyan::test::TemporaryFolder folder_;
  const std::unique_ptr<pages::Wiki> wiki_ =
      dokuwiki::make_wiki_files({folder_.file("pages"), folder_.file("acl.auth.php")});
};

TEST_F(WikiFiles, AreReadAnewEachTime) {
  EXPECT_EQ(wiki_->find("notes").value(), std::nullopt);
  write("pages/notes.txt", "A heron.");
  EXPECT_EQ(wiki_->find("notes").value().value().bytes, "A heron.");
  write("acl.auth.php", "");
  EXPECT_TRUE(wiki_->access_rules().value().empty());
}

TEST_F(WikiFiles, ThatCannotBeReadAreNoAnswer) {
  std::filesystem::create_symlink("loop.txt", folder_.file("pages/loop.txt"));
  EXPECT_THAT(wiki_->find("loop"), BreaksRule("pages.wiki_unreadable"));
  std::filesystem::remove(folder_.file("acl.auth.php"));
  EXPECT_THAT(wiki_->access_rules(), BreaksRule("pages.wiki_unreadable"));
}

TEST_F(WikiFiles, AreNoFolders) {
  std::filesystem::create_directory(folder_.file("pages/desk.txt"));
  EXPECT_EQ(wiki_->find("desk").value(), std::nullopt);
}

}  // namespace
}  // namespace wiki
