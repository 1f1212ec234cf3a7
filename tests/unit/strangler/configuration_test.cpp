// SPDX-License-Identifier: Apache-2.0
#include "routing/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "bad_configurations.hpp"
#include "routing/live_routes.hpp"
#include "stages/control_store.hpp"
#include "stages/switchboard.hpp"
#include "temporary_folder.hpp"

namespace banyan::strangler {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kComplete = R"(
[proxy]
listen = ["127.0.0.1:8080", "[::1]:8080"]
control_store = "state/control.db"
sticky = ["cookie:PHPSESSID", "header:X-Customer", "address"]

[limits]
connections = 500
header_bytes = "16KiB"
body_bytes = 1048576
header_time = "5s"
idle_time = "2m"

[upstreams.monolith]
instances = ["10.0.0.1:9000", "10.0.0.2:9000"]

[upstreams.catalog-service]
instances = ["catalog.internal:8080"]
connect_time = "250ms"
answer_time = "10s"
connections = 32

[migrations.catalog]
steps = ["5%", "25%", "100%"]

[[routes]]
name = "browse"
methods = ["GET", "HEAD"]
prefix = "/albums"
effect = "read"
legacy = "monolith"
successor = "catalog-service"
migration = "catalog"

[[routes]]
methods = ["*"]
prefix = "/"
effect = "write"
legacy = "monolith"
)";

TEST(ConfigurationFile, IsReadAsWritten) {
  const auto read = parse_configuration(kComplete, "banyan.toml");
  ASSERT_TRUE(read) << to_string(read.error());

  EXPECT_EQ(read->listen, (std::vector<Address>{{"127.0.0.1", 8080}, {"::1", 8080}}));
  EXPECT_EQ(read->control_store, "state/control.db");
  EXPECT_EQ(read->sticky_units, (std::vector<StickyUnit>{{StickyUnit::Source::Cookie, "PHPSESSID"},
                                                         {StickyUnit::Source::Header, "X-Customer"},
                                                         {StickyUnit::Source::Address, ""}}));
  EXPECT_EQ(read->limits.connections, 500U);
  EXPECT_EQ(read->limits.header_bytes, 16U * 1024);
  EXPECT_EQ(read->limits.body_bytes, 1024U * 1024);
  EXPECT_EQ(read->limits.header_time, milliseconds(5'000));
  EXPECT_EQ(read->limits.idle_time, milliseconds(120'000));
  EXPECT_EQ(read->limits.drain_time, Limits{}.drain_time);
  ASSERT_EQ(read->upstreams.size(), 2U);
  EXPECT_EQ(read->upstream("monolith")->instances.size(), 2U);
  EXPECT_EQ(read->upstream("catalog-service")->connect_time, milliseconds(250));
  EXPECT_EQ(read->upstream("nobody"), nullptr);
  EXPECT_EQ(read->migration("catalog")->steps.size(), 3U);
  ASSERT_EQ(read->routes.size(), 2U);
  EXPECT_EQ(read->routes[0].name, "browse");
  EXPECT_EQ(read->routes[0].kind, PathKind::Prefix);
  EXPECT_EQ(read->routes[0].migration, "catalog");
  EXPECT_EQ(read->routes[0].successor, "catalog-service");
  EXPECT_EQ(read->routes[0].place.line, 29U);
  EXPECT_EQ(read->routes[1].name, "* /");
  EXPECT_EQ(read->routes[1].effect, Effect::Write);
  EXPECT_EQ(read->routes[1].migration, "");
}

TEST(ConfigurationFile, HasDefaultsForWhatNeedNotBeSaid) {
  const auto read =
      parse_configuration("[proxy]\nlisten = [\"127.0.0.1:0\"]\n[migrations.shop]\n", "f");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->control_store, "control.db");
  EXPECT_EQ(read->limits, Limits{});
  EXPECT_EQ(read->sticky_units, (std::vector<StickyUnit>{{}}));
  EXPECT_EQ(read->migration("shop")->steps, usual_steps());
}

constexpr std::string_view kProxy = "[proxy]\nlisten = [\"127.0.0.1:8080\"]\n";
// With the lines above, lines 1 to 4 of most files.
constexpr std::string_view kUpstream = "[upstreams.old]\ninstances = [\"127.0.0.1:9000\"]\n";

class BadConfiguration : public testing::TestWithParam<test::BadFile> {};

TEST_P(BadConfiguration, IsRefusedWithPlaceExpectationAndNearestKey) {
  std::string text = GetParam().text;
  if (text.starts_with('!')) {
    text.erase(0, 1);
  } else {
    text = std::string(kProxy) + std::string(kUpstream) + text;
  }
  const auto refused = parse_configuration(text, "banyan.toml");
  ASSERT_FALSE(refused);
  EXPECT_EQ(to_string(refused.error()), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Files, BadConfiguration, testing::ValuesIn(test::bad_configurations()),
                         [](const testing::TestParamInfo<test::BadFile>& file) {
                           return file.param.name;
                         });

TEST(ConfigurationFile, ThatIsNotThereIsNamed) {
  const auto refused = read_configuration("/nowhere/banyan.toml");
  ASSERT_FALSE(refused);
  EXPECT_EQ(to_string(refused.error()),
            "/nowhere/banyan.toml: cannot be read: No such file or directory\n");
}

class ReloadTest : public testing::Test {
 protected:
  void write(std::string_view text) const { std::ofstream(file_, std::ios::trunc) << text; }

  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("banyan.toml");
};

TEST_F(ReloadTest, PutsANewTableInThePlaceOfTheOld) {
  write(kComplete);
  const auto first = load_routing(file_);
  ASSERT_TRUE(first);
  LiveRoutes live(file_, *first);
  write(std::string(kComplete) +
        "[[routes]]\nname = \"cart\"\nmethods = [\"GET\"]\npath = \"/cart\"\neffect = \"read\"\n"
        "legacy = \"monolith\"\n");

  ASSERT_TRUE(live.reload());

  EXPECT_EQ(live.current()->generation, 2U);
  EXPECT_EQ(live.current()->table.match("GET", "/cart").route->name, "cart");
  EXPECT_EQ((*first)->table.match("GET", "/cart").route->name, "* /");
}

TEST_F(ReloadTest, RefusesABadFileWholeAndKeepsTheOldTable) {
  write(kComplete);
  LiveRoutes live(file_, *load_routing(file_));
  write(std::string(kComplete) +
        "[[routes]]\nname = \"good\"\nmethods = [\"GET\"]\npath = \"/good\"\n"
        "effect = \"read\"\nlegacy = \"monolith\"\n"
        "[[routes]]\nname = \"bad\"\n");

  const auto refused = live.reload();

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().front().file, file_);
  EXPECT_EQ(live.current()->generation, 1U);
  EXPECT_EQ(live.current()->table.match("GET", "/good").route->name, "* /");
}

TEST_F(ReloadTest, NeverUndoesAShift) {
  write(kComplete);
  LiveRoutes live(file_, *load_routing(file_));
  const auto store = ControlStore::open(folder_.file("control.db"));
  ASSERT_TRUE(store && (*store)->enlist(live.current()->configuration.migration_names()));
  Switchboard board(**store);
  ASSERT_TRUE(board.shift("catalog", {*Percent::parse("25%"), {}}, {"ann", "canary"}));

  ASSERT_TRUE(live.reload());
  ASSERT_TRUE((*store)->enlist(live.current()->configuration.migration_names()));

  EXPECT_EQ(to_string((*store)->stand()->find("catalog")->traffic), "canary 25%");
  // Not even when the migration is gone from the file for a while.
  write(std::string(kProxy));
  ASSERT_TRUE(live.reload());
  ASSERT_TRUE((*store)->enlist(live.current()->configuration.migration_names()));
  EXPECT_EQ(to_string((*store)->stand()->find("catalog")->traffic), "canary 25%");
}

}  // namespace
}  // namespace banyan::strangler
