// SPDX-License-Identifier: Apache-2.0
#include "banyan/security/sessions.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "banyan/test/temporary_folder.hpp"
#include "contract/matchers.hpp"

namespace banyan::security {
namespace {

constexpr Timestamp kNow{1'750'000'000'000'000};
constexpr std::chrono::seconds kHour{3600};

Timestamp after(std::chrono::microseconds by) { return {kNow.micros + by.count()}; }

TEST(Sessions, KnowWhoSignedInUntilTheirTimeIsOver) {
  const Sessions sessions(SecretKey::make(), kHour);
  const std::string token = sessions.begin("cus_1", kNow);

  const auto session = sessions.find(token, after(std::chrono::minutes(59)));
  ASSERT_TRUE(session);
  EXPECT_EQ(session->subject, "cus_1");
  EXPECT_EQ(session->ends_at, after(kHour));
  EXPECT_FALSE(sessions.find(token, after(kHour)));
}

TEST(Sessions, KnowVisitorsToo) {
  const Sessions sessions(SecretKey::make(), kHour);

  EXPECT_EQ(sessions.find(sessions.begin("", kNow), kNow), (Session{"", after(kHour)}));
}

TEST(Sessions, AreOthersEveryTime) {
  const Sessions sessions(SecretKey::make(), kHour);

  EXPECT_NE(sessions.begin("cus_1", kNow), sessions.begin("cus_1", kNow));
}

TEST(Sessions, BelieveNothingThatTheyDidNotSay) {
  const SecretKey key = SecretKey::make();
  const Sessions sessions(key, kHour);
  const std::string token = sessions.begin("cus_1", kNow);

  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sessions.find(forged, kNow)) << "changed at " << i;
    EXPECT_FALSE(sessions.find(token.substr(0, i), kNow)) << "cut at " << i;
  }
  EXPECT_FALSE(sessions.find(token + "A", kNow));
  EXPECT_FALSE(Sessions(SecretKey::make(), kHour).find(token, kNow)) << "another key";
  EXPECT_TRUE(Sessions(key, kHour).find(token, kNow)) << "another process with the key";
}

TEST(Sessions, TakeNoSubjectThatCouldBeMistaken) {
  const Sessions sessions(SecretKey::make(), kHour);

  EXPECT_THROW(sessions.begin("a.b", kNow), std::invalid_argument);
  EXPECT_THROW(sessions.begin("a; Path=/", kNow), std::invalid_argument);
}

TEST(Sessions, BindAFormToTheOneThatItWasMadeFor) {
  const Sessions sessions(SecretKey::make(), kHour);
  const std::string mine = sessions.begin("cus_1", kNow);
  const std::string other = sessions.begin("cus_1", kNow);

  EXPECT_TRUE(sessions.is_form_token(mine, sessions.form_token(mine)));
  EXPECT_FALSE(sessions.is_form_token(mine, sessions.form_token(other)));
  EXPECT_FALSE(sessions.is_form_token(mine, ""));
  EXPECT_FALSE(sessions.is_form_token(mine, mine.substr(mine.rfind('.') + 1)))
      << "what signs the session signs no form";
}

TEST(SessionCookies, AreForTheServerAndThisSiteOnly) {
  EXPECT_EQ(session_cookie("session", "token", kHour, true),
            "session=token; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(session_cookie("session", "token", kHour, false),
            "session=token; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax");
  EXPECT_EQ(forget_cookie("session", false), "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
}

TEST(SessionCookies, AreFoundAmongOthers) {
  EXPECT_EQ(cookie_value("a=1; session=token; b=2", "session"), "token");
  EXPECT_EQ(cookie_value("session=", "session"), "");
  EXPECT_EQ(cookie_value("xsession=1;session=2;session=3", "session"), "2");
  EXPECT_EQ(cookie_value("a=session=1", "session"), std::nullopt);
  EXPECT_EQ(cookie_value("session", "session"), std::nullopt);
  EXPECT_EQ(cookie_value("", "session"), std::nullopt);
}

TEST(SecretKey, IsMadeOnceAndKept) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "session.key";

  const auto made = SecretKey::load_or_make(file);
  const auto again = SecretKey::load_or_make(file);

  ASSERT_THAT(made, Succeeds());
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(*made, *again);
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(SecretKey, IsTheSameForAllWhoMakeItAtOnce) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "session.key";
  std::vector<std::string> seen(6);
  std::vector<std::jthread> processes;
  for (std::string& mac : seen) {
    processes.emplace_back([&file, &mac] {
      const auto key = SecretKey::load_or_make(file);
      if (key) mac = mac_of(*key, "test", "");
    });
  }
  processes.clear();

  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 1U);
  EXPECT_FALSE(seen.front().empty());
  std::size_t left = 0;
  for (const auto& each : std::filesystem::directory_iterator(folder.path())) {
    left += each.is_regular_file() ? 1U : 0U;
  }
  EXPECT_EQ(left, 1U);
}

TEST(SecretKey, IsRefusedWhereOthersCouldReadItOrItIsNone) {
  const test::TemporaryFolder folder;
  const auto open = folder.path() / "open.key";
  ASSERT_THAT(SecretKey::load_or_make(open), Succeeds());
  std::filesystem::permissions(open, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  const auto cut = folder.path() / "cut.key";
  std::ofstream(cut) << "short";
  std::filesystem::permissions(cut, std::filesystem::perms::owner_read);

  EXPECT_THAT(SecretKey::load_or_make(open), BreaksRule("banyan.bad_key_file"));
  EXPECT_THAT(SecretKey::load_or_make(cut), BreaksRule("banyan.bad_key_file"));
  EXPECT_THAT(SecretKey::load_or_make(folder.path() / "nowhere" / "session.key"),
              BreaksRule("banyan.bad_key_file"));
}

TEST(SecretKey, IsNotMadeWhereOneIsExpected) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "session.key";
  EXPECT_THAT(SecretKey::load(file), BreaksRule("banyan.bad_key_file"));
  EXPECT_FALSE(std::filesystem::exists(file));

  const auto made = SecretKey::load_or_make(file);
  ASSERT_THAT(made, Succeeds());
  const auto loaded = SecretKey::load(file);
  ASSERT_THAT(loaded, Succeeds());
  EXPECT_EQ(*loaded, *made);
}

TEST(SecretKey, OfAnotherOwnerMayBeReadByTheGroupAndByNobodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives a file to somebody else";
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "mounted.key";
  ASSERT_THAT(SecretKey::load_or_make(file), Succeeds());
  ASSERT_EQ(::chown(file.c_str(), 12'345, 12'345), 0);
  const auto with = [&](::mode_t mode) {
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return SecretKey::load(file);
  };
  EXPECT_THAT(with(0440), Succeeds()) << "as Kubernetes mounts a secret";
  EXPECT_THAT(with(0640), Succeeds());
  EXPECT_THAT(with(0444), BreaksRule("banyan.bad_key_file"));
  EXPECT_THAT(with(0460), BreaksRule("banyan.bad_key_file"));
}

TEST(Mac, IsAnotherForAnotherPurpose) {
  const SecretKey key = SecretKey::make();

  EXPECT_EQ(mac_of(key, "a", "text"), mac_of(key, "a", "text"));
  EXPECT_NE(mac_of(key, "a", "text"), mac_of(key, "b", "text"));
  EXPECT_NE(mac_of(key, "a", "btext"), mac_of(key, "ab", "text"));
  EXPECT_EQ(mac_of(key, "a", "text").size(), 43U);
}

}  // namespace
}  // namespace banyan::security
