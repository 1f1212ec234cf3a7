// SPDX-License-Identifier: Apache-2.0
// [rollouts.NAME.shadow] and [rollouts.NAME.fallback] of banyan.toml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;

std::expected<Configuration, std::vector<FileProblem>> read(const std::string& lines) {
  return parse_configuration("[proxy]\nlisten = [\"127.0.0.1:8080\"]\n[rollouts.catalog]\n" + lines,
                             "banyan.toml");
}

std::string problems(const std::string& lines) {
  const auto configuration = read(lines);
  return configuration ? "" : to_string(configuration.error());
}

TEST(ShadowSection, IsReadWhole) {
  const auto configuration = read(R"([rollouts.catalog.shadow]
share = "25%"
at_least = 5
noise = "20%"
credentials = "pass"
secret_fields = ["X-Session", "x-ticket"]
time = "2s"
at_once = 4
max_request = "1KiB"
max_answer = "2KiB"
memory = "1MiB"
)");
  ASSERT_TRUE(configuration) << to_string(configuration.error());
  const ShadowPlan expected{.share = *Percent::parse("25%"),
                            .at_least = 5,
                            .noise = *Percent::parse("20%"),
                            .credentials = CopyCredentials::Pass,
                            .secret_fields = {"x-session", "x-ticket"},
                            .time = std::chrono::seconds{2},
                            .at_once = 4,
                            .max_request = 1024,
                            .max_answer = 2048,
                            .memory = 1024 * 1024};
  EXPECT_EQ(configuration->rollouts.at(0).shadow, expected);
  EXPECT_EQ(configuration->rollouts.at(0).fallback, std::nullopt);
}

TEST(ShadowSection, NeedsMemoryForOneCopyAtLeast) {
  EXPECT_THAT(problems("[rollouts.catalog.shadow]\nmemory = \"500KiB\"\n"),
              HasSubstr("a single copy may take"));
}

TEST(ShadowSection, TakesNamesOfFieldsForSecretOnesAndNothingElse) {
  EXPECT_THAT(problems("[rollouts.catalog.shadow]\nsecret_fields = [\"my session\"]\n"),
              HasSubstr("\"my session\" in secret_fields is no name of a header field"));
}

TEST(ShadowSection, SaysWhatCopiesCarryByName) {
  const auto configuration = read(R"([rollouts.catalog.shadow]
credentials = "drop"
cookies = { pass = ["language", "theme*"] }
[rollouts.catalog.shadow.set]
Authorization = { file = "catalog.token", scheme = "Bearer" }
X-Tenant = "shadow"
[rollouts.catalog.shadow.set_old]
Cookie = { file = "shop.cookie" }
)");
  ASSERT_TRUE(configuration) << to_string(configuration.error());
  const ShadowPlan& plan = *configuration->rollouts.at(0).shadow;
  EXPECT_EQ(plan.cookies, (CopyCookies{.pass = {"language", "theme*"}}));
  const std::vector<CopyField> set{
      {.name = "Authorization", .file = "catalog.token", .scheme = "Bearer"},
      {.name = "X-Tenant", .value = "shadow"}};
  EXPECT_EQ(plan.set, set);
  const std::vector<CopyField> set_old{{.name = "Cookie", .file = "shop.cookie"}};
  EXPECT_EQ(plan.set_old, set_old);
}

TEST(ShadowSection, HasNoSecretOfAFieldThatThisApplicationKnowsWhoAsksBy) {
  EXPECT_THAT(problems("[rollouts.catalog.shadow]\nsecret_fields = [\"X-Ticket\"]\n"
                       "set = { x-ticket = \"4711\" }\n"),
              HasSubstr("x-ticket in set says who asks, and this file is no place for a secret"));
}

TEST(ShadowSection, SaysNothingOfASecretInTheWrongPlace) {
  for (const char* const lines :
       {"set = { Authorization = { file = \"x.token\", scheme = \"Bearer eyJhbGci\" } }",
        "set = { X-Service-Token = \"eyJhbGci\" }", "set = { Api-Key = \"eyJhbGci\" }",
        "set = { X_Vault_TOKEN = \"eyJhbGci\" }", "set_old = { Session = \"eyJhbGci\" }",
        "cookies = { drop = [\"session=eyJhbGci\"] }"}) {
    const std::string told = problems("[rollouts.catalog.shadow]\n" + std::string(lines) + '\n');
    EXPECT_NE(told, "") << lines;
    EXPECT_THAT(told, testing::Not(HasSubstr("eyJhbGci")));
  }
  EXPECT_THAT(problems("[rollouts.catalog.shadow]\ncookies = { drop = [\"session=eyJhbGci\"] }\n"),
              HasSubstr("\"session=…\" in drop is no name of a cookie"));
  EXPECT_EQ(problems("[rollouts.catalog.shadow]\nset = { X-Tokenized = \"1\", X-Keyboard = "
                     "\"de\" }\n"),
            "")
      << "a part of a part is another word";
}

TEST(FallbackSection, IsForReadsUnlessItSaysMore) {
  const auto configuration = read("[rollouts.catalog.fallback]\n");
  ASSERT_TRUE(configuration) << to_string(configuration.error());
  EXPECT_EQ(configuration->rollouts.at(0).fallback, FallbackPlan());
  EXPECT_TRUE(FallbackPlan().reads);
}

TEST(FallbackSection, OfWritesNeedsSharedData) {
  EXPECT_THAT(problems("[rollouts.catalog.fallback]\nwrites = \"unsent\"\n"),
              HasSubstr("shared_data = true"));
  EXPECT_EQ(problems("[rollouts.catalog.fallback]\nwrites = \"keyed\"\nshared_data = true\n"), "");
}

}  // namespace
}  // namespace banyan::strangler
