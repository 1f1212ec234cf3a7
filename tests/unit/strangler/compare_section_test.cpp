// SPDX-License-Identifier: Apache-2.0
// [rollouts.NAME.compare] of banyan.toml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {
namespace {

using testing::ElementsAre;

constexpr std::string_view kBefore = R"([proxy]
listen = ["127.0.0.1:8080"]
[rollouts.catalog.compare]
)";

std::expected<Configuration, std::vector<FileProblem>> read(std::string_view lines) {
  return parse_configuration(std::string(kBefore) + std::string(lines), "banyan.toml");
}

std::string problems(std::string_view lines) {
  const auto configuration = read(lines);
  return configuration ? "" : to_string(configuration.error());
}

TEST(CompareSection, IsReadWhole) {
  const auto configuration = read(R"(headers = ["Content-Type", "ETag"]
request_headers = ["Accept", "X-Tenant"]
[[rollouts.catalog.compare.fields]]
path = "/albums/*/released_at"
as = "time"
within = "1500ms"
[[rollouts.catalog.compare.fields]]
path = "/total"
operation = "catalog.search"
as = "number"
within = "0.5%"
open = true
[[rollouts.catalog.compare.fields]]
path = "/albums"
as = "any_order"
key = "id"
[[rollouts.catalog.compare.fields]]
path = "header:ETag"
as = "ignored"
until = "2027-03-31"
owner = "catalog team"
why = "made anew by each side"
)");
  ASSERT_TRUE(configuration) << to_string(configuration.error());
  const ComparisonPlan& plan = configuration->rollouts.at(0).compare;
  EXPECT_THAT(plan.headers, ElementsAre("content-type", "etag"));
  EXPECT_THAT(plan.request_headers, ElementsAre("accept", "x-tenant"));
  const std::vector<DeclaredRule> expected = {
      {"",
       "/albums/*/released_at",
       {.as = CompareAs::Time, .apart = std::chrono::microseconds(1'500'000)}},
      {"catalog.search",
       "/total",
       {.as = CompareAs::Number, .within = 0.005, .within_share = true, .open = true}},
      {"", "/albums", {.as = CompareAs::AnyOrder, .key = "id"}},
      {"",
       "header:etag",
       {.as = CompareAs::Ignored,
        .ignoring = Ignoring{"2027-03-31", "catalog team", "made anew by each side"}}}};
  EXPECT_EQ(plan.rules, expected);
}

TEST(CompareSection, SaysEverythingThatIsWrongAtOnceWithItsLine) {
  EXPECT_EQ(
      problems(R"(headers = ["Content Type"]
[[rollouts.catalog.compare.fields]]
path = "released_at"
as = "tiem"
[[rollouts.catalog.compare.fields]]
as = "time"
within = "soon"
[[rollouts.catalog.compare.fields]]
path = "/a"
as = "number"
[[rollouts.catalog.compare.fields]]
path = "/a"
as = "ignored"
until = "2027-02-30"
owner = "me"
[[rollouts.catalog.compare.fields]]
path = "status"
key = "id"
wihtin = "1"
)"),
      R"(banyan.toml:4:12: "Content Type" in headers is no name of a header field; expected one such as "Content-Type"
banyan.toml:6:8: path is "released_at", expected a field of the body such as "/albums/*/released_at", or one of the header such as "header:ETag"
banyan.toml:7:6: as is "tiem", expected "exact", "number" (no further apart than `within`), "time" (of RFC 3339, no further apart than `within`), "generated_id" (each side makes its own, always the same for the same thing), "any_order" (a list whose order says nothing), "same_form" (there, and of about that length) or "ignored" (`until` a day, by an `owner`, for a reason (`why`)). Did you mean "time"?
banyan.toml:8:1: [[rollouts.catalog.compare.fields]] lacks path, such as path = "/albums/*/released_at"
banyan.toml:10:10: within is "soon", expected a time such as "500ms", "2s" or "1h"
banyan.toml:11:1: [[rollouts.catalog.compare.fields]] lacks within, such as within = "0.01"
banyan.toml:14:1: [[rollouts.catalog.compare.fields]] lacks why, such as why = "the old side rounds down, see #123"
banyan.toml:14:1: there is a rule for "/a" already
banyan.toml:17:9: until is "2027-02-30", expected a day such as "2027-03-31"
banyan.toml:20:8: the status is always compared exactly; leave the rule out
banyan.toml:21:1: key is of no use with as = "exact"; it belongs to as = "any_order"
banyan.toml:22:1: unknown key "wihtin" in [[rollouts.catalog.compare.fields]]. Did you mean "within"?
)");
}

TEST(CompareSection, DoesNotMindThatAnIgnoringIsOver) {
  EXPECT_EQ(problems(R"([[rollouts.catalog.compare.fields]]
path = "/a"
as = "ignored"
until = "2001-01-01"
owner = "me"
why = "once"
)"),
            "");
}

TEST(CompareSection, MayBeLeftOut) {
  const auto configuration = parse_configuration(
      "[proxy]\nlisten = [\"127.0.0.1:8080\"]\n[rollouts.catalog]\n", "banyan.toml");
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->rollouts.at(0).compare, ComparisonPlan{});
}

}  // namespace
}  // namespace banyan::strangler
