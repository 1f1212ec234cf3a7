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
irregular_paths = "pass"
)";

TEST(ConfigurationFile, IsReadAsWritten) {
  const auto read = parse_configuration(kComplete, "banyan.toml");
  ASSERT_TRUE(read) << to_string(read.error());

  EXPECT_EQ(read->listen, (std::vector<ListenPoint>{{{"127.0.0.1", 8080}}, {{"::1", 8080}}}));
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
  EXPECT_EQ(read->routes[0].irregular_paths, IrregularPaths::RefuseAmbiguous);
  EXPECT_EQ(read->routes[1].irregular_paths, IrregularPaths::Pass);
  EXPECT_EQ(read->routes[1].name, "* /");
  EXPECT_EQ(read->routes[1].effect, Effect::Write);
  EXPECT_EQ(read->routes[1].migration, "");
}

TEST(ConfigurationFile, SaysWhereAndHowTlsIsSpoken) {
  const auto read = parse_configuration(R"(
# Plain HTTP on this machine only, TLS for everybody.
[proxy]
listen = ["127.0.0.1:8080"]

[[proxy.tls]]
listen = ["0.0.0.0:443", "[::]:443"]
certificates = [
  {chain = "tls/shop.pem", key = "tls/shop.key"},
  {chain = "tls/api.pem", key = "tls/api.key"},
]

# For partners.
[[proxy.tls]]
listen = ["10.0.0.1:8443"]
certificates = [{chain = "tls/shop.pem", key = "tls/shop.key"}]
minimum_version = "1.3"
client_certificates = "required"
client_ca = "tls/partners.pem"

[upstreams.plain]
instances = ["10.0.0.2:80"]

[upstreams.system]
instances = ["shop.example:443"]
[upstreams.system.tls]

[upstreams.own]
instances = ["10.0.0.3:443"]
[upstreams.own.tls]
ca = "tls/own.pem"
server_name = "catalog.internal"
certificate = {chain = "tls/proxy.pem", key = "tls/proxy.key"}
minimum_version = "1.3"

[upstreams.legacy]
instances = ["10.0.0.4:443"]
tls = {verify = "insecure-none"}
)",
                                        "banyan.toml");
  ASSERT_TRUE(read) << to_string(read.error());

  EXPECT_EQ(read->listen, (std::vector<ListenPoint>{{{"127.0.0.1", 8080}}}));
  ASSERT_EQ(read->tls.size(), 2U);
  EXPECT_EQ(read->tls[0].listen, (std::vector<ListenPoint>{{{"0.0.0.0", 443}}, {{"::", 443}}}));
  ASSERT_EQ(read->tls[0].tls.certificates.size(), 2U);
  EXPECT_EQ(read->tls[0].tls.certificates[1].key.name, "tls/api.key");
  EXPECT_EQ(read->tls[0].tls.certificates[1].key.place.line, 10U);
  EXPECT_EQ(read->tls[0].tls.minimum_version, TlsMinimum::Tls12);
  EXPECT_EQ(read->tls[0].tls.client_certificates, AskForCertificate::Off);
  EXPECT_EQ(read->tls[1].tls.minimum_version, TlsMinimum::Tls13);
  EXPECT_EQ(read->tls[1].tls.client_certificates, AskForCertificate::Required);
  EXPECT_EQ(read->tls[1].tls.client_ca->name, "tls/partners.pem");
  EXPECT_FALSE(read->upstream("plain")->tls);
  EXPECT_EQ(read->upstream("system")->tls, UpstreamTls{});
  EXPECT_FALSE(read->upstream("system")->tls->insecure_verify_none);
  EXPECT_EQ(read->upstream("own")->tls->server_name, "catalog.internal");
  EXPECT_EQ(read->upstream("own")->tls->certificate->chain.name, "tls/proxy.pem");
  EXPECT_TRUE(read->upstream("legacy")->tls->insecure_verify_none);
}

TEST(ConfigurationFile, HasDefaultsForWhatNeedNotBeSaid) {
  const auto read =
      parse_configuration("[proxy]\nlisten = [\"127.0.0.1:0\"]\n[migrations.shop]\n", "f");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->control_store, "control.db");
  EXPECT_EQ(read->limits, Limits{});
  EXPECT_FALSE(read->half_close);
  EXPECT_EQ(read->sticky_units, (std::vector<StickyUnit>{{}}));
  EXPECT_EQ(read->migration("shop")->steps, usual_steps());
}

TEST(ConfigurationFile, ListensOnAddressesAndUnixSocketsAndElsewhereForOperators) {
  const auto read = parse_configuration(
      "[proxy]\nlisten = [\"0.0.0.0:80\", { address = \"[::]:80\" }, \"unix:/run/b.sock\"]\n"
      "operators = \"[::1]:9180\"\nhalf_close = true\n",
      "f");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->listen,
            (std::vector<ListenPoint>{{{"0.0.0.0", 80}}, {{"::", 80}}, {{"unix:/run/b.sock", 0}}}));
  EXPECT_EQ(read->operators, (Address{"::1", 9180}));
  EXPECT_TRUE(read->half_close);
}

TEST(ConfigurationFile, SaysHowAnUpstreamIsBalancedAndChecked) {
  const auto read = parse_configuration(
      "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.a]\n"
      "instances = [\"unix:/run/app.sock\", \"app.internal:80\"]\nbalance = \"least_loaded\"\n"
      "max_requests = 7\nhealth = { path = \"/up\", every = \"1s\" }\n[upstreams.b]\n"
      "instances = [\"b:1\"]\n[upstreams.b.health]\ntimeout = \"250ms\"\nunhealthy_after = 5\n",
      "f");
  ASSERT_TRUE(read) << to_string(read.error());
  const UpstreamGroup& a = *read->upstream("a");
  EXPECT_EQ(a.instances, (std::vector<Address>{{"unix:/run/app.sock", 0}, {"app.internal", 80}}));
  EXPECT_TRUE(a.least_loaded);
  EXPECT_EQ(a.max_requests, 7U);
  EXPECT_EQ(a.health, (HealthCheck{.path = "/up", .every = milliseconds(1'000)}));
  EXPECT_EQ(read->upstream("b")->health,
            (HealthCheck{.timeout = milliseconds(250), .unhealthy_after = 5}));
  EXPECT_FALSE(read->upstream("b")->least_loaded);
}

TEST(ConfigurationFile, SaysWhatIsLimitedLoggedAndRewritten) {
  const auto read = parse_configuration(
      "[proxy]\nlisten = [\"127.0.0.1:0\"]\n"
      "[limits]\ntarget_bytes = 1024\nconnections_per_client = 20\nwrite_time = \"5s\"\n"
      "tunnel_time = \"20m\"\npinned_tunnel_time = \"5m\"\n"
      "total_time = \"1m\"\ndrain_spread = \"2s\"\n"
      "[access_log]\nfile = \"logs/access.log\"\nformat = \"combined\"\nshare = \"10%\"\n"
      "[upstreams.a]\ninstances = [\"a:1\"]\nstall_time = \"7s\"\nhost = \"shop.internal\"\n"
      "[[routes]]\nprefix = \"/shop\"\nmethods = [\"GET\"]\neffect = \"read\"\nlegacy = \"a\"\n"
      "legacy_path = { strip = \"/shop\", add = \"/v2\" }\n",
      "f");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->limits.target_bytes, 1024U);
  EXPECT_EQ(read->limits.connections_per_client, 20U);
  EXPECT_EQ(read->limits.write_time, milliseconds(5'000));
  EXPECT_EQ(read->limits.tunnel_time, milliseconds(1'200'000));
  EXPECT_EQ(read->limits.pinned_tunnel_time, milliseconds(300'000));
  EXPECT_EQ(read->limits.total_time, milliseconds(60'000));
  EXPECT_EQ(read->limits.drain_spread, milliseconds(2'000));
  EXPECT_EQ(
      read->access_log,
      (AccessLogPlan{.file = "logs/access.log", .json = false, .share = *Percent::parse("10%")}));
  EXPECT_EQ(read->upstream("a")->stall_time, milliseconds(7'000));
  EXPECT_EQ(read->upstream("a")->host, "shop.internal");
  EXPECT_EQ(read->routes.front().legacy_path, (PathChange{"/shop", "/v2"}));
  EXPECT_EQ(read->routes.front().successor_path, PathChange{});
}

constexpr std::string_view kProxy = "[proxy]\nlisten = [\"127.0.0.1:8080\"]\n";
// With the lines above, lines 1 to 4 of most files.
constexpr std::string_view kUpstream = "[upstreams.old]\ninstances = [\"127.0.0.1:9000\"]\n";

/// All that the document shows, put together.
TEST(TheHowTo, ShowsWhatIsAccepted) {
  std::ifstream document(BANYAN_SOURCE_DIR "/docs/how-to/run-the-proxy.md");
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("```")) {
      inside = line == "```toml";
    } else if (inside) {
      text += line + '\n';
    }
  }
  text += "[upstreams.catalog]\ninstances = [\"127.0.0.1:9001\"]\n[migrations.catalog]\n";
  const auto read = parse_configuration(text, "run-the-proxy.md");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->listen.size(), 3U);
  EXPECT_TRUE(read->operators && read->access_log && read->upstream("shop")->health);
  EXPECT_EQ(read->routes.front().successor_path, (PathChange{"/shop", "/v2"}));
}

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
