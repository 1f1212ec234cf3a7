// SPDX-License-Identifier: Apache-2.0
// What copies carry by name, and the files of their secrets.
#include "copy_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <expected>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "banyan/serving/secret_file.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "field_secret.hpp"
#include "support/nobody.hpp"

namespace banyan::serving {
namespace {

using std::filesystem::perms;
using testing::HasSubstr;
using testing::Not;

constexpr perms kOwnersOnly = perms::owner_read | perms::owner_write;

class TheFileOfASecret : public testing::Test {
 protected:
  std::string with(const std::string& text, perms allowed = kOwnersOnly) const {
    std::ofstream(path_, std::ios::trunc) << text;
    std::filesystem::permissions(path_, allowed);
    return path_;
  }
  std::string why_not(const std::string& path) const {
    const auto read = read_field_secret(path);
    return read ? "" : read.error();
  }
  std::string why_not_for_nobody(const std::string& path) const {
    const test::Nobody nobody;
    return why_not(path);
  }
  void let_others_in() const {
    std::filesystem::permissions(folder_.path(),
                                 perms::owner_all | perms::group_exec | perms::others_exec);
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("catalog.token");
};

TEST_F(TheFileOfASecret, HasItInItsOnlyLine) {
  for (const char* const text : {"s3cret", "s3cret\n", "s3cret\r\n", " s3cret \n"}) {
    EXPECT_EQ(read_field_secret(with(text)).value_or(""), "s3cret");
  }
  EXPECT_EQ(read_field_secret(with("Basic a b\n")).value_or(""), "Basic a b");
  const perms for_a_group = kOwnersOnly | perms::group_read;
  EXPECT_EQ(read_field_secret(with("s3cret\n", for_a_group)).value_or(""), "s3cret");
}

TEST_F(TheFileOfASecret, IsRefusedWithWhatToDoAndWithoutAWordOfIt) {
  EXPECT_THAT(why_not(path_), HasSubstr("cannot be read: No such file or directory; write the "
                                        "secret into it, as its only line, with: install -m 600"));
  EXPECT_THAT(why_not(folder_.path().string()), HasSubstr("is no file"));
  EXPECT_THAT(why_not(with("")), HasSubstr("is empty; write the secret into it"));
  EXPECT_THAT(why_not(with(" \n")), HasSubstr("is empty"));
  EXPECT_THAT(why_not(with("one\ntwo\n")), HasSubstr("has several lines"));
  EXPECT_THAT(why_not(with("one\n\n")), HasSubstr("has several lines"));
  EXPECT_THAT(why_not(with("o\x01ne\n")), HasSubstr("no header field may have"));
  EXPECT_THAT(why_not(with(std::string(9'000, 'x'))), HasSubstr("is longer than 8 KiB"));
  const std::string open = why_not(with("s3cret\n", kOwnersOnly | perms::others_read));
  EXPECT_THAT(open, HasSubstr("open to everybody on this machine (mode 0604)"));
  EXPECT_THAT(open, HasSubstr("chmod o= " + path_));
  EXPECT_THAT(open, Not(HasSubstr("s3cret")));
}

TEST_F(TheFileOfASecret, ThatIsThereIsNotToBeWrittenAnew) {
  let_others_in();
  const std::string file = with("s3cret\n", perms::none);
  const test::Nobody nobody;
  const std::string told = why_not(file);
  EXPECT_THAT(told, HasSubstr("cannot be read: Permission denied; " +
                              how_to_let_read(path_, EACCES).value_or("?")));
  EXPECT_THAT(told, Not(HasSubstr("install")));
}

TEST_F(TheFileOfASecret, ThatMayNotBeReadIsGivenToAGroupOfThisProcessByItsOwner) {
  const std::string group = std::to_string(::getegid());
  EXPECT_EQ(how_to_let_read("/etc/shop/catalog.token", EACCES),
            "let this process read it, as its owner: chgrp " + group +
                " /etc/shop/catalog.token && chmod 640 /etc/shop/catalog.token");
  EXPECT_EQ(how_to_let_read("a token", EPERM), "let this process read it, as its owner: chgrp " +
                                                   group + " 'a token' && chmod 640 'a token'");
  EXPECT_EQ(how_to_let_read("a", ENOENT), std::nullopt) << "there is nothing to be read";
}

// Who opens the file gets the same refusal again, for ever.
TEST_F(TheFileOfASecret, BehindAClosedFolderIsReachedByOpeningTheFolder) {
  const auto folder = folder_.path() / "the shop's";
  const std::string file = (folder / "catalog.token").string();
  std::filesystem::create_directory(folder);
  std::ofstream(file) << "s3cret\n";
  std::filesystem::permissions(file, kOwnersOnly | perms::group_read);
  std::filesystem::create_symlink(file, path_);
  let_others_in();
  std::filesystem::permissions(folder, perms::none);
  const std::string word =
      "'" + std::filesystem::canonical(folder_.path()).string() + "/the shop'\\''s'";
  const std::string told =
      "cannot be read: Permission denied; let this process through the folder, as its owner: "
      "chgrp " +
      std::to_string(::getegid()) + ' ' + word + " && chmod u+x,g=x " + word;
  EXPECT_EQ(why_not_for_nobody(file), file + ' ' + told);
  EXPECT_EQ(why_not_for_nobody(path_), path_ + ' ' + told) << "through a link";

  std::filesystem::permissions(folder, perms::owner_exec | perms::group_exec);
  EXPECT_EQ(why_not_for_nobody(file), "");
  EXPECT_EQ(why_not_for_nobody(path_), "");
  std::filesystem::permissions(folder, perms::owner_all);
}

TEST_F(TheFileOfASecret, InLinksThatLeadInACircleIsNotLookedForForEver) {
  std::filesystem::create_symlink("catalog.token", path_);
  EXPECT_THAT(how_to_let_read(path_, EACCES).value_or("?"), HasSubstr("chmod 640"));
}

TEST_F(TheFileOfASecret, IsOneWordInACommandWhateverItIsCalled) {
  EXPECT_THAT(why_not(folder_.file("Ada's token")),
              HasSubstr("/dev/stdin '" + folder_.file("Ada'\\''s token'")));
}

class RulesOfCopies : public testing::Test {
 protected:
  std::expected<CopyRules, std::vector<strangler::FileProblem>> make() const {
    return CopyRules::make(plan_, "[rollouts.catalog.shadow]", folder_.file("banyan.toml"));
  }
  /// What is left of a Cookie field; nothing: no field.
  std::optional<std::string> left_of(const std::string& cookies) const {
    http::Fields fields{{"Accept", "text/html"}, {"Cookie", cookies}};
    make().value().sift_cookies(fields);
    EXPECT_TRUE(fields.contains("Accept"));
    const auto left = fields.find("Cookie");
    return left ? std::optional<std::string>(*left) : std::nullopt;
  }

  test::TemporaryFolder folder_;
  strangler::ShadowPlan plan_;
};

TEST_F(RulesOfCopies, LeaveAllAsItCameWhereNothingIsSaid) {
  EXPECT_EQ(left_of("a=1;b=2"), "a=1;b=2");
  EXPECT_FALSE(CopyRules().change(Side::Local));
  EXPECT_FALSE(CopyRules().change(Side::Remote));
}

TEST_F(RulesOfCopies, LetTheNamedCookiesThroughAndNoOthers) {
  plan_.cookies.pass = {"lang", "theme*"};
  EXPECT_EQ(left_of("session=1; lang=de;theme_a=x ; language=en; Lang=fr"), "lang=de; theme_a=x");
  EXPECT_EQ(left_of("session=1"), std::nullopt);
  EXPECT_EQ(left_of("a=\"x; lang=de\""), "lang=de\"") << "a quotation mark is a character";
  EXPECT_TRUE(make().value().names_cookies());
}

TEST_F(RulesOfCopies, TakeTheNamedCookiesOutAndNoOthers) {
  plan_.cookies.drop = {"_ga*", "session"};
  EXPECT_EQ(left_of("_ga=1; _ga_XY=2; session =3; sessions=4"), "sessions=4");
  EXPECT_EQ(left_of("session"), std::nullopt) << "one without a value";
  EXPECT_FALSE(make().value().names_cookies());
}

TEST_F(RulesOfCopies, SayFieldsToTheirSideInPlaceOfTheClientsHoweverThatSpellsThem) {
  std::ofstream(folder_.file("catalog.token")) << "of-the-catalog\n";
  std::filesystem::permissions(folder_.file("catalog.token"), kOwnersOnly);
  plan_.set.push_back({.name = "Authorization", .file = "catalog.token", .scheme = "Bearer"});
  plan_.set.push_back({.name = "X-Tenant", .value = "shadow"});
  const CopyRules rules = make().value();
  http::Fields fields{{"authorization", "Bearer of-the-client"},
                      {"X_Tenant", "real"},
                      {"x-tenant", "real"},
                      {"Accept", "text/html"}};
  const http::Fields as_it_came = fields;
  rules.say(fields, Side::Local);
  EXPECT_TRUE(fields == as_it_came) << "what is for the new side";
  EXPECT_FALSE(rules.change(Side::Local));
  rules.say(fields, Side::Remote);
  const http::Fields expected{
      {"Accept", "text/html"}, {"Authorization", "Bearer of-the-catalog"}, {"X-Tenant", "shadow"}};
  EXPECT_TRUE(fields == expected);
}

TEST_F(RulesOfCopies, SayNothingOfASecretThatStandsInPlaceOfItsFile) {
  plan_.set.push_back({.name = "Authorization", .file = "Bearer s3cret"});
  plan_.set.push_back({.name = "X-Key", .file = "s3cret." + std::string(60, 'x')});
  const auto refused = make();
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().size(), 2u);
  for (const strangler::FileProblem& each : refused.error()) {
    EXPECT_THAT(each.message, HasSubstr("file is to be a path"));
    EXPECT_THAT(each.message, Not(HasSubstr("s3cret")));
  }
}

TEST_F(RulesOfCopies, TellAllThatIsWrongWithTheirFilesAtOnce) {
  plan_.set.push_back({.name = "Authorization", .file = "no.token", .location = {7, 3}});
  plan_.set_old.push_back({.name = "X-Key", .file = "none.token", .location = {9, 5}});
  const auto refused = make();
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().size(), 2u);
  EXPECT_EQ(refused.error().front().location.line, 7u);
  EXPECT_THAT(refused.error().front().message,
              HasSubstr("set.Authorization of [rollouts.catalog.shadow]: " +
                        folder_.file("no.token") + " cannot be read"));
  EXPECT_THAT(refused.error().back().message, HasSubstr("set_old.X-Key"));
}

}  // namespace
}  // namespace banyan::serving
