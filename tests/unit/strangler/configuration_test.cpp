// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include <fstream>
#include <iterator>

#include "bad_configurations.hpp"
#include "banyan/routing/live_routes.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/test/temporary_folder.hpp"

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

[rollouts.catalog]
steps = ["5%", "25%", "100%"]

[[routes]]
name = "browse"
methods = ["GET", "HEAD"]
prefix = "/albums"
effect = "read"
legacy = "monolith"
successor = "catalog-service"
rollout = "catalog"

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
  EXPECT_EQ(read->stickiness_keys,
            (std::vector<StickinessKey>{{StickinessKey::Source::Cookie, "PHPSESSID"},
                                        {StickinessKey::Source::Header, "X-Customer"},
                                        {StickinessKey::Source::Address, ""}}));
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
  EXPECT_EQ(read->rollout("catalog")->steps.size(), 3U);
  ASSERT_EQ(read->routes.size(), 2U);
  EXPECT_EQ(read->routes[0].name, "browse");
  EXPECT_EQ(read->routes[0].kind, PathKind::Prefix);
  EXPECT_EQ(read->routes[0].rollout, "catalog");
  EXPECT_EQ(read->routes[0].successor, "catalog-service");
  EXPECT_EQ(read->routes[0].location.line, 29U);
  EXPECT_EQ(read->routes[0].irregular_paths, IrregularPaths::RefuseAmbiguous);
  EXPECT_EQ(read->routes[1].irregular_paths, IrregularPaths::Pass);
  EXPECT_EQ(read->routes[1].name, "* /");
  EXPECT_EQ(read->routes[1].declared_effect, Effect::Write);
  EXPECT_EQ(read->routes[1].rollout, "");
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
  EXPECT_EQ(read->tls[0].tls.certificates[1].key.location.line, 10U);
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
      parse_configuration("[proxy]\nlisten = [\"127.0.0.1:0\"]\n[rollouts.shop]\n", "f");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->control_store, "control.db");
  EXPECT_EQ(read->limits, Limits{});
  EXPECT_FALSE(read->half_close);
  EXPECT_EQ(read->stickiness_keys, (std::vector<StickinessKey>{{}}));
  EXPECT_EQ(read->rollout("shop")->steps, usual_steps());
}

TEST(ConfigurationFile, TakesHoursAndDaysAndSaysItsBoundsInThem) {
  const auto with = [](const std::string& dwell) {
    return parse_configuration(
        "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[rollouts.shop.plan]\n"
        "back_dwell = \"" +
            dwell + "\"\n",
        "f");
  };
  for (const auto& [text, hours] : {std::pair("2h", 2), std::pair("1d", 24)}) {
    const auto read = with(text);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->rollout("shop")->plan.back_dwell, std::chrono::hours(hours)) << text;
  }
  const auto longer = with("400d");
  ASSERT_FALSE(longer);
  EXPECT_NE(to_string(longer.error())
                .find(R"(expected a time from 1ms to 366d such as "30s", "10m", "2h" or "1d")"),
            std::string::npos)
      << to_string(longer.error());
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

TEST(ConfigurationFile, SaysWhatAnUpstreamIsSparedAndWhatItsHealthCheckAsks) {
  const auto read = parse_configuration(
      "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.a]\ninstances = [\"a:1\"]\n"
      "stream_time = \"120m\"\nmax_answer_head = \"64KiB\"\nmax_answer_fields = 200\n"
      "breaker = { min_requests = 5, failures = \"25%\", open_time = \"2s\" }\n"
      "retries = { share = \"10%\", per_second = 0 }\n"
      "[upstreams.a.health]\nhost = \"shop.internal\"\nexpect = [\"200-299\", 401]\n"
      "headers = { Authorization = \"Basic x\" }\n"
      "[upstreams.b]\ninstances = [\"b:1\"]\n",
      "f");
  ASSERT_TRUE(read) << to_string(read.error());
  const UpstreamGroup& a = *read->upstream("a");
  EXPECT_EQ(a.stream_time, std::chrono::hours(2));
  EXPECT_EQ(a.max_answer_head, 65'536U);
  EXPECT_EQ(a.max_answer_fields, 200U);
  EXPECT_EQ(a.breaker, (BreakerPlan{.min_requests = 5,
                                    .failures = *Percent::parse("25%"),
                                    .open_time = milliseconds(2'000)}));
  EXPECT_EQ(a.retries, (RetryPlan{.share = *Percent::parse("10%"), .per_second = 0}));
  EXPECT_EQ(a.health->host, "shop.internal");
  EXPECT_EQ(a.health->expect, (std::vector<std::pair<unsigned, unsigned>>{{200, 299}, {401, 401}}));
  EXPECT_EQ(a.health->headers,
            (std::vector<std::pair<std::string, std::string>>{{"Authorization", "Basic x"}}));
  const UpstreamGroup& b = *read->upstream("b");
  EXPECT_FALSE(b.breaker);
  EXPECT_EQ(b.answer_time, std::chrono::minutes(1)) << "as others have it";
  EXPECT_EQ(b.stall_time, std::chrono::minutes(1));
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

TEST(ConfigurationFile, SaysWhoseWordIsTakenAboutClients) {
  const auto read = parse_configuration(
      "[proxy]\nlisten = [\"127.0.0.1:0\"]\ntrusted_peers = [\"10.0.0.0/8\", \"unix:\"]\n"
      "drop_fields = [\"X-Tenant\", \"X-Auth-*\"]\npass_fields = [\"X-Original-URL\"]\n",
      "f");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->trusted_peers, (std::vector<std::string>{"10.0.0.0/8", "unix:"}));
  EXPECT_EQ(read->drop_fields, (std::vector<std::string>{"X-Tenant", "X-Auth-*"}));
  EXPECT_EQ(read->pass_fields, (std::vector<std::string>{"X-Original-URL"}));
}

TEST(ConfigurationFile, SaysWhatIsIgnoredOfPathsForAllAndForEachRoute) {
  const auto read = parse_configuration(
      "[proxy]\nlisten = [\"127.0.0.1:0\"]\nignore_case = true\n"
      "[upstreams.a]\ninstances = [\"a:1\"]\n"
      "[[routes]]\npath = \"/a\"\nmethods = [\"GET\"]\nlegacy = \"a\"\nignore_last_slash = true\n"
      "[[routes]]\npath = \"/b\"\nmethods = [\"GET\"]\nlegacy = \"a\"\nignore_case = false\n",
      "f");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_TRUE(read->routes[0].ignore_case);
  EXPECT_TRUE(read->routes[0].ignore_last_slash);
  EXPECT_FALSE(read->routes[1].ignore_case);
  EXPECT_FALSE(read->routes[1].ignore_last_slash);
}

/// The first file that somebody writes: what is there goes on, one part of it moves.
TEST(ConfigurationFile, NeedsOneCatchAllAndOneRouteThatMoves) {
  const auto routing = parse_configuration(
      "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.old]\ninstances = [\"old:1\"]\n"
      "[upstreams.new]\ninstances = [\"new:1\"]\n[rollouts.catalog]\n"
      "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"old\"\n"
      "[[routes]]\nprefix = \"/\"\nmethods = [\"GET\"]\nlegacy = \"old\"\nsuccessor = \"new\"\n"
      "rollout = \"catalog\"\n[[routes]]\nprefix = \"/dav\"\n"
      "methods = [\"PROPFIND\", \"MKCOL\"]\nlegacy = \"old\"\n",
      "f");
  ASSERT_TRUE(routing) << to_string(routing.error());
  const auto table = RouteTable::build(routing->routes);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->match("GET", "/a").route->rollout, "catalog");
  const Route& all = *table->match("POST", "/a").route;
  EXPECT_EQ(all.rollout, "");
  EXPECT_EQ(all.effect_for("POST"), Effect::Write);
  EXPECT_EQ(all.effect_for("OPTIONS"), Effect::Read);
  EXPECT_EQ(table->match("PROPFIND", "/dav/a").route->path, "/dav");
  EXPECT_EQ(table->match("BREW", "/dav/a").route->methods, MethodSet::any());
}

constexpr std::string_view kProxy = "[proxy]\nlisten = [\"127.0.0.1:8080\"]\n";
// With the lines above, lines 1 to 4 of most files.
constexpr std::string_view kUpstream = "[upstreams.old]\ninstances = [\"127.0.0.1:9000\"]\n";

constexpr const char* kHowTo = BANYAN_SOURCE_DIR "/docs/how-to/run-the-proxy.md";

/// The blocks of the document that begin with ```` ```FENCE ````, put together.
std::string shown(const std::string& fence) {
  std::ifstream document(kHowTo);
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("```")) {
      inside = line == "```" + fence;
    } else if (inside) {
      text += line + '\n';
    }
  }
  return text;
}

TEST(TheHowTo, ShowsWhatIsAccepted) {
  // Keys of [proxy] that are shown on their own belong to the first block.
  std::string text = shown("toml");
  const std::size_t own = text.find("trusted_peers = ");
  const std::size_t end = text.find("\n[", own);
  const std::string keys = text.substr(own, end - own);
  text.erase(own, end - own);
  text.insert(text.find('\n') + 1, keys + '\n');
  text += "[upstreams.catalog]\ninstances = [\"127.0.0.1:9001\"]\n[rollouts.catalog]\n";
  const auto read = parse_configuration(text, "run-the-proxy.md");
  ASSERT_TRUE(read) << to_string(read.error()) << text;
  EXPECT_EQ(read->listen.size(), 3U);
  EXPECT_TRUE(read->operators && read->access_log && read->upstream("shop")->health &&
              read->upstream("shop")->breaker);
  EXPECT_EQ(read->routes.front().successor_path, (PathChange{"/shop", "/v2"}));
  EXPECT_EQ(read->drop_fields.size(), 2U);
}

TEST(TheHowTo, BeginsWithACompleteFile) {
  const auto read = parse_configuration(shown("toml complete"), "banyan.toml");
  ASSERT_TRUE(read) << to_string(read.error());
  const auto table = RouteTable::build(read->routes);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->match("GET", "/Albums/1/").route->name, "browse");
  EXPECT_EQ(table->match("POST", "/albums/1/ratings").route->name, "rate");
  EXPECT_EQ(table->match("POST", "/albums/1/Ratings").route->name, "* /");
  EXPECT_EQ(table->match("POST", "/albums/1/Ratings").beside->name, "rate");
  EXPECT_EQ(table->match("PROPFIND", "/files").route->name, "* /");
}

TEST(TheHowTo, BeginsWithTimesThatCutNeitherSlowReportsNorStreams) {
  const auto read = parse_configuration(shown("toml complete"), "banyan.toml");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->limits.total_time, milliseconds(0)) << "a stream has no end";
  for (const UpstreamGroup& upstream : read->upstreams) {
    EXPECT_GE(upstream.answer_time, milliseconds(60'000)) << upstream.name;
    EXPECT_GE(upstream.stall_time, milliseconds(60'000)) << upstream.name;
    EXPECT_GE(upstream.stream_time, milliseconds(3'600'000)) << upstream.name;
  }
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

std::string leads_to(const Routing& routing, std::string_view target) {
  return RouteTable::build(routing.configuration.routes)->match("GET", target).route->name;
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
  EXPECT_EQ(leads_to(*live.current(), "/cart"), "cart");
  EXPECT_EQ(leads_to(**first, "/cart"), "* /");
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
  EXPECT_EQ(leads_to(*live.current(), "/good"), "* /");
}

TEST_F(ReloadTest, KeepsPartsThatOrderLayoutAndCommentsDoNotChange) {
  const auto parts = [&](const std::string& text) {
    write(std::string(kProxy) + text);
    const auto read = read_configuration(file_);
    EXPECT_TRUE(read) << (read ? "" : to_string(read.error()));
    return read ? read->canonical_parts : std::map<std::string, std::string>();
  };
  const auto before = parts(
      "[upstreams.a]\ninstances = [\"127.0.0.1:1\"]\nhost = \"a\"\n"
      "[upstreams.b]\ninstances = [\"127.0.0.1:2\"]\n");
  EXPECT_TRUE(before.contains("upstream a") && before.contains("upstream b"));
  EXPECT_EQ(before, parts("[upstreams.b] # the second\ninstances   = [ \"127.0.0.1:2\" ]\n"
                          "[upstreams.a]\nhost = \"a\"\ninstances = [\"127.0.0.1:1\"]\n"));
  const auto after = parts(
      "[upstreams.a]\ninstances = [\"127.0.0.1:1\"]\nhost = \"a\"\n"
      "[upstreams.b]\ninstances = [\"127.0.0.1:3\"]\n");
  EXPECT_EQ(after.at("upstream a"), before.at("upstream a"));
  EXPECT_NE(after.at("upstream b"), before.at("upstream b"));
}

TEST_F(ReloadTest, NeverUndoesAShift) {
  write(kComplete);
  LiveRoutes live(file_, *load_routing(file_));
  const auto store = ControlStore::open(folder_.file("control.db"), system_clock());
  ASSERT_TRUE(store && (*store)->enlist(live.current()->configuration.rollout_names()));
  Switchboard board(**store);
  ASSERT_TRUE(board.shift("catalog", {*Percent::parse("25%"), {}}, {"ann", "canary"}));

  ASSERT_TRUE(live.reload());
  ASSERT_TRUE((*store)->enlist(live.current()->configuration.rollout_names()));

  EXPECT_EQ(to_string((*store)->stand()->find("catalog")->traffic), "canary 25%");
  // Not even when the rollout is gone from the file for a while.
  write(std::string(kProxy));
  ASSERT_TRUE(live.reload());
  ASSERT_TRUE((*store)->enlist(live.current()->configuration.rollout_names()));
  EXPECT_EQ(to_string((*store)->stand()->find("catalog")->traffic), "canary 25%");
}

}  // namespace
}  // namespace banyan::strangler
