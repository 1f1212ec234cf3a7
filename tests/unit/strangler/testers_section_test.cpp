// SPDX-License-Identifier: Apache-2.0
// [rollouts.NAME.testers] of banyan.toml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::expected<Configuration, std::vector<FileProblem>> configuration_of(const std::string& lines) {
  return parse_configuration("[proxy]\nlisten = [\"127.0.0.1:8080\"]\n" + lines, "banyan.toml");
}

std::string problems_with(const std::string& lines) {
  const auto configuration = configuration_of("[rollouts.catalog.testers]\n" + lines);
  return configuration ? "" : to_string(configuration.error());
}

TEST(TestersSection, IsReadWhole) {
  const auto configuration = configuration_of(R"([rollouts.catalog.testers]
header = "X-Side"
secret_file = "testers.secret"
from_trusted_peers = true
new = ["ada", "203.0.113.9"]
old = ["bob"]
[rollouts.orders]
)");
  ASSERT_TRUE(configuration) << to_string(configuration.error());
  const TestersPlan expected{.header = "X-Side",
                             .secret_file = "testers.secret",
                             .from_trusted_peers = true,
                             .new_side = {"ada", "203.0.113.9"},
                             .old_side = {"bob"}};
  EXPECT_EQ(configuration->rollout("catalog")->testers, expected);
  EXPECT_EQ(configuration->rollout("orders")->testers, std::nullopt);
}

TEST(TestersSection, NeedsSomebodyWhoMayChoose) {
  EXPECT_THAT(problems_with(""), HasSubstr("banyan.toml:3:1: there are no testers in it"));
  EXPECT_THAT(problems_with("header = \"X-Side\"\n"),
              AllOf(HasSubstr("banyan.toml:4:1: nobody's word in X-Side would count"),
                    HasSubstr("secret_file = \"testers.secret\"")));
  EXPECT_EQ(problems_with("header = \"X-Side\"\nfrom_trusted_peers = true\n"), "");
  EXPECT_EQ(problems_with("old = [\"ada\"]\n"), "");
}

TEST(TestersSection, TellsAllThatIsWrongAtOnce) {
  EXPECT_EQ(problems_with("secret_file = \"a\"\nfrom_trusted_peers = true\n"
                          "new = [\"ada\", \"\"]\nold = [\"ada\"]\n"),
            "banyan.toml:4:1: secret_file is about the word of a header, and none is named; say "
            "which with header = \"X-Side\"\n"
            "banyan.toml:5:1: from_trusted_peers is about the word of a header, and none is named; "
            "say which with header = \"X-Side\"\n"
            "banyan.toml:6:15: an entry of new is empty, expected what `sticky` of [proxy] knows a "
            "tester by, such as a session, or an address\n"
            "banyan.toml:7:1: \"ada\" is in new and in old\n");
}

TEST(TestersSection, TakesNoHeaderThatMeansSomethingElse) {
  for (const char* name : {"Host", "Cookie", "authorization", "Banyan-Side", "X-Forwarded-For",
                           "X-Forwarded-User", "Connection", "X Side", "X-Side:"}) {
    EXPECT_THAT(
        problems_with(std::string("header = \"") + name + "\"\nfrom_trusted_peers = true\n"),
        HasSubstr("expected a name that nobody else uses"))
        << name;
  }
}

TEST(TestersSection, HasOneProofForAHeaderThatRolloutsShare) {
  const auto both = [](const std::string& of_orders) {
    const auto configuration = configuration_of(
        "[rollouts.catalog.testers]\nheader = \"X-Side\"\nsecret_file = \"a\"\n"
        "[rollouts.orders.testers]\nheader = \"x-side\"\n" +
        of_orders);
    return configuration ? "" : to_string(configuration.error());
  };
  EXPECT_EQ(both("secret_file = \"a\"\n"), "");
  EXPECT_THAT(both("secret_file = \"b\"\n"),
              HasSubstr("banyan.toml:7:1: x-side is the header of [rollouts.catalog.testers] too"));
}

}  // namespace
}  // namespace banyan::strangler
