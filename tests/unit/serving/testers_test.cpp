// SPDX-License-Identifier: Apache-2.0
#include "testers.hpp"
#include "support/nobody.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "banyan/kernel/clock.hpp"
#include "banyan/serving/secret_file.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/secret_file.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;

constexpr const char* kSecret = "0123456789abcdef";

class ThoseWhoMayChoose : public testing::Test {
 protected:
  void SetUp() override {
    test::write_secret(folder_.path() / "testers.secret", std::string(kSecret) + '\n');
    catalog_.header = "X-Side";
    catalog_.secret_file = "testers.secret";
  }
  std::expected<Testers, std::vector<strangler::FileProblem>> make() {
    strangler::Configuration configuration;
    configuration.rollouts.push_back({.name = "catalog", .steps = {}, .testers = catalog_});
    configuration.rollouts.push_back({.name = "orders", .steps = {}, .testers = orders_});
    return Testers::make(configuration, (folder_.path() / "banyan.toml").string(), &book_);
  }
  struct From {
    bool decided_before = false;
    std::string_view peer = "203.0.113.9";
    std::string_view key = "ada";
  };
  std::unique_ptr<const Wishes> ask(const http::Fields& fields) { return ask(fields, {}); }
  std::unique_ptr<const Wishes> ask(const http::Fields& fields, const From& from) {
    const auto testers = make().value();
    auto wishes = testers.wishes_of({.fields = fields,
                                     .decided_before = from.decided_before,
                                     .peer = from.peer,
                                     .trusted = *trusted_,
                                     .key = from.key});
    sides_.clear();
    told_.clear();
    if (wishes) {
      for (const auto& each : wishes->wishes) {
        if (!each.header.empty())
          told_ += std::string(each.rollout) + " by " + std::string(each.header) + ' ';
        sides_ += std::string(each.rollout) + '=' + std::string(to_string(each.side)) + ' ';
      }
    }
    return wishes;
  }
  std::uint64_t refused(NotForced why) {
    return book_.of("catalog")->not_forced[static_cast<std::size_t>(why)];
  }

  test::TemporaryFolder folder_;
  RolloutBook book_{system_clock()};
  strangler::TestersPlan catalog_;
  std::optional<strangler::TestersPlan> orders_;
  std::expected<strangler::TrustedPeers, std::string> trusted_ =
      strangler::TrustedPeers::parse({"10.0.0.1"});
  std::string sides_;  ///< of the last asker, before what they refer to was gone
  std::string told_;   ///< to whoever is asked next
};

TEST_F(ThoseWhoMayChoose, AreNobodyWhoSaysNothing) {
  EXPECT_EQ(ask({{"Host", "a"}}), nullptr);
  EXPECT_EQ(refused(NotForced::Proof), 0u);
}

TEST_F(ThoseWhoMayChoose, BringTheSecret) {
  ask({{"X-Side", "new 0123456789abcdef"}});
  EXPECT_EQ(sides_, "catalog=remote ");
  ask({{"x-side", "old  0123456789abcdef"}});
  EXPECT_EQ(sides_, "catalog=local ");
  EXPECT_EQ(refused(NotForced::Proof), 0u);
}

TEST_F(ThoseWhoMayChoose, AreNotHeardWithoutIt) {
  std::uint64_t times = 0;
  for (const char* said : {"new", "new ", "new 0123456789abcdeF", "new 0123456789abcde",
                           "new 0123456789abcdef0", "0123456789abcdef", ""}) {
    const auto wishes = ask({{"X-Side", said}}, {.peer = "10.0.0.1"});
    ASSERT_NE(wishes, nullptr) << said;
    EXPECT_EQ(sides_, "") << said;
    EXPECT_EQ(wishes->not_heard, NotForced::Proof) << said;
    EXPECT_EQ(refused(NotForced::Proof), ++times) << said;
  }
}

TEST_F(ThoseWhoMayChoose, SayNewOrOldAndOnce) {
  EXPECT_EQ(ask({{"X-Side", "newer 0123456789abcdef"}})->not_heard, NotForced::Word);
  EXPECT_EQ(ask({{"X-Side", "new 0123456789abcdef"}, {"X-Side", "old"}})->not_heard,
            NotForced::Word);
  EXPECT_EQ(refused(NotForced::Word), 2u);
}

TEST_F(ThoseWhoMayChoose, ComeByATrustedPeerWhereTheFileSaysSo) {
  EXPECT_EQ(ask({{"X-Side", "new"}}, {.peer = "10.0.0.1"})->not_heard, NotForced::Proof);
  catalog_.from_trusted_peers = true;
  ask({{"X-Side", "new"}}, {.peer = "10.0.0.1"});
  EXPECT_EQ(sides_, "catalog=remote ");
  EXPECT_EQ(ask({{"X-Side", "new"}})->not_heard, NotForced::Proof) << "from anywhere else";
}

// Its own file need not name the header: then a client's word gets here by it as it came.
TEST_F(ThoseWhoMayChoose, BringTheSecretByAnotherProcessOfTheApplicationToo) {
  EXPECT_EQ(ask({{"X-Side", "new"}}, {.decided_before = true}), nullptr);
  EXPECT_EQ(refused(NotForced::Proof), 0u) << "it may be what is left of one that counted";
  EXPECT_EQ(ask({{"X-Side", "new guessed"}}, {.decided_before = true})->not_heard,
            NotForced::Proof);
  ask({{"X-Side", "new 0123456789abcdef"}}, {.decided_before = true});
  EXPECT_EQ(sides_, "catalog=remote ");
  catalog_.from_trusted_peers = true;
  EXPECT_EQ(ask({{"X-Side", "new"}}, {.decided_before = true, .peer = "10.0.0.1"}), nullptr)
      << "the peer is that process, and not the proxy that is trusted";
}

TEST_F(ThoseWhoMayChoose, MayBeListed) {
  catalog_.new_side = {"ada"};
  catalog_.old_side = {"bob"};
  ask({});
  EXPECT_EQ(sides_, "catalog=remote ");
  ask({}, {.key = "bob"});
  EXPECT_EQ(sides_, "catalog=local ");
  EXPECT_EQ(ask({}, {.key = "eve"}), nullptr);
  ask({{"X-Side", "old 0123456789abcdef"}});
  EXPECT_EQ(sides_, "catalog=local ") << "a word comes before the list";
  EXPECT_EQ(ask({{"X-Side", "old"}})->not_heard, NotForced::Proof);
  EXPECT_EQ(sides_, "catalog=remote ") << "one that does not count does not";
}

// What is told is heard by every rollout that has the header.
TEST_F(ThoseWhoMayChoose, AreToldByTheHeaderOnlyWhenTheyHaveSaidIt) {
  catalog_.new_side = {"ada"};
  orders_ = catalog_;
  orders_->new_side = {};
  orders_->old_side = {"ada"};
  ask({});
  EXPECT_EQ(sides_, "catalog=remote orders=local ");
  EXPECT_EQ(told_, "");
  ask({{"X-Side", "old 0123456789abcdef"}});
  EXPECT_EQ(sides_, "catalog=local orders=local ");
  EXPECT_EQ(told_, "catalog by X-Side orders by X-Side ");
}

TEST_F(ThoseWhoMayChoose, NeedASecretThatNotEverybodyMayRead) {
  const auto file = folder_.path() / "testers.secret";
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write | perms::group_read);
  EXPECT_TRUE(make());
  std::filesystem::permissions(file, perms::owner_read | perms::others_read);
  const auto open = make();
  ASSERT_FALSE(open);
  EXPECT_THAT(to_string(open.error()),
              testing::AllOf(HasSubstr("secret_file of [rollouts.catalog.testers]: "),
                             HasSubstr("open to everybody on this machine (mode 0404)"),
                             HasSubstr("chmod o= "), testing::Not(HasSubstr(kSecret))));
}

TEST_F(ThoseWhoMayChoose, NeedASecretThatIsNotWrittenAnewBecauseItMayNotBeRead) {
  const auto file = folder_.path() / "testers.secret";
  using std::filesystem::perms;
  std::filesystem::permissions(folder_.path(),
                               perms::owner_all | perms::group_exec | perms::others_exec);
  std::filesystem::permissions(file, perms::none);
  const test::Nobody nobody;
  const auto unread = make();
  ASSERT_FALSE(unread);
  EXPECT_THAT(to_string(unread.error()),
              testing::AllOf(HasSubstr("secret_file of [rollouts.catalog.testers]: "),
                             HasSubstr(" cannot be read: Permission denied; " +
                                       how_to_let_read(file.string(), EACCES).value_or("?")),
                             testing::Not(HasSubstr("make one"))));
}

TEST_F(ThoseWhoMayChoose, NeedASecretThatIsNotGuessed) {
  test::write_secret(folder_.path() / "testers.secret", "short\n");
  EXPECT_THAT(to_string(make().error()),
              testing::AllOf(HasSubstr("secret_file of [rollouts.catalog.testers]: "),
                             HasSubstr("less than 16 characters"),
                             HasSubstr("(umask 077; head -c 24 /dev/urandom")));
  std::filesystem::remove(folder_.path() / "testers.secret");
  EXPECT_THAT(to_string(make().error()), HasSubstr("cannot be read"));
  EXPECT_TRUE(book_.all().empty()) << "a file that is refused leaves no figures behind";
}

}  // namespace
}  // namespace banyan::serving
