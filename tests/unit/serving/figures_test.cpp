// SPDX-License-Identifier: Apache-2.0
// What operators are told of requests: each fact once, and in the right location.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "banyan/telemetry/call_statistics.hpp"
#include "proxy_fixture.hpp"
#include "stopwatch.hpp"
#include "support/deaf_port.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;
using testing::Not;

class TheFigures : public ProxyTest {
 protected:
  std::string metrics() const { return test::get(port_, "/metrics").body; }
  void until_metrics(const std::string& say) const {
    until(say, [&] { return metrics().find(say) != std::string::npos; });
  }
  static std::string more_route(const std::string& prefix) {
    return "[[routes]]\nname = \"more\"\nprefix = \"" + prefix +
           "\"\nmethods = [\"*\"]\nlegacy = \"legacy\"\n";
  }
};

TEST_F(TheFigures, OfRoutesThatTheFileHasNoMoreAreGone) {
  configure(more_route("/more"));
  start();
  EXPECT_EQ(test::get(port_, "/more").status, 200u);
  until_metrics("operation=\"more\"");
  configure();
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_THAT(metrics(), Not(HasSubstr("operation=\"more\"")));
  EXPECT_THAT(metrics(), HasSubstr("operation=\"catalog.read\""));
}

TEST_F(TheFigures, OfMovesThatTheFileHasNoMoreAreGone) {
  configure(more_route("/"));
  start();
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(test::get(port_, "/Albums/1").body, "legacy");
  EXPECT_EQ(test::get(port_, "/albums/1").body, "catalog");
  until_metrics("banyan_route_near_misses_total{rollout=\"catalog\"");
  until_metrics("banyan_rollout_recent_requests{rollout=\"catalog\"");
  std::string renamed = shop_configuration(legacy_.port(), catalog_.port(), more_route("/"));
  for (std::size_t at = 0; (at = renamed.find("catalog.read", at)) != std::string::npos;) {
    renamed.replace(at, 12, "albums.read");
  }
  for (const char* key : {"[rollouts.catalog]", "rollout = \"catalog\""}) {
    for (std::size_t at = 0; (at = renamed.find(key, at)) != std::string::npos;) {
      renamed.replace(renamed.find("catalog", at), 7, "albums");
    }
  }
  ASSERT_EQ(shift("0%"), 200u);  // else the file is refused
  write(file(), renamed);
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_THAT(metrics(), Not(HasSubstr("banyan_route_near_misses_total{")));
  EXPECT_THAT(metrics(), Not(HasSubstr("banyan_rollout_recent_requests{rollout=\"catalog\"")));
  EXPECT_THAT(metrics(), HasSubstr("banyan_rollout_recent_requests{rollout=\"albums\""));
}

TEST_F(TheFigures, SayInTheLogWhichOfThemHaveNoRowOfTheirOwn) {
  std::string many;
  constexpr std::size_t kRoutes = telemetry::CallStatistics::kMostKeys;
  for (std::size_t i = 0; i < kRoutes; ++i) {
    const std::string name = "r" + std::to_string(i);
    many += "[[routes]]\nname = \"" + name + "\"\npath = \"/many/" + name +
            "\"\nmethods = [\"GET\"]\nlegacy = \"legacy\"\n";
  }
  configure(many);
  start();
  EXPECT_LT(metrics().size(), 2'000'000U) << "most of them were never asked for";
  until("a line", [this] { return log().find("metrics_folded") != std::string::npos; });
  EXPECT_THAT(log(), HasSubstr("the first of them "));
  metrics();
  const std::string lines = log();
  EXPECT_EQ(lines.find("metrics_folded"), lines.rfind("metrics_folded")) << "said once";
}

TEST_F(TheFigures, TellWhatMissesAMovedRouteByItsSpelling) {
  configure(more_route("/"));
  start();
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(test::get(port_, "/Albums/1").body, "legacy");
  EXPECT_EQ(test::get(port_, "/albums/1").body, "catalog");
  EXPECT_EQ(test::get(port_, "/other").body, "legacy") << "which is no spelling of a moved one";
  EXPECT_THAT(metrics(), HasSubstr("banyan_route_near_misses_total{rollout=\"catalog\","
                                   "route=\"catalog.read\"} 1"));
  const auto live = nlohmann::json::parse(test::get(port_, "/_banyan/api/live").body);
  for (const auto& module : live["modules"]) {
    if (module["name"] != "catalog") continue;
    EXPECT_EQ(module["beside"], 1);
  }
  const auto status = nlohmann::json::parse(test::get(port_, "/_banyan/api/status").body);
  EXPECT_EQ(status["rollouts"][0]["missed"], 1);
}

TEST_F(TheFigures, ThatAdviceIsAboutAreOfTheRoutesOfNow) {
  const auto status = [&] {
    return nlohmann::json::parse(test::get(port_, "/_banyan/api/status").body);
  };
  configure(more_route("/"));
  start();
  ASSERT_EQ(shift("100%"), 200u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(test::get(port_, "/other").body, "legacy");
  EXPECT_EQ(test::get(port_, "/Albums/1").body, "legacy");
  until("the requests of the catch-all",
        [&] { return status()["unowned"]["catch_alls"][0]["since_routes_read"] == 4; });
  EXPECT_EQ(status()["rollouts"][0]["missed"], 1);

  configure(
      "[[routes]]\nname = \"others\"\npath = \"/other\"\nmethods = [\"GET\"]\nlegacy = "
      "\"legacy\"\n" +
      more_route("/"));
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_EQ(test::get(port_, "/other").body, "legacy") << "by a route of its own";
  const nlohmann::json row = status()["unowned"]["catch_alls"][0];
  EXPECT_EQ(row["requests"], 4) << "since the start";
  EXPECT_EQ(row["since_routes_read"], 0);
  EXPECT_EQ(status()["rollouts"][0]["missed"], 0);
}

TEST_F(TheFigures, TellHowManyWritesStayBehindOnTheNewSide) {
  configure();
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(post("/albums", "{}").body, "catalog");
  EXPECT_EQ(test::get(port_, "/albums/1").body, "catalog") << "which is no write";
  const auto status = nlohmann::json::parse(test::get(port_, "/_banyan/api/status").body);
  EXPECT_EQ(status["rollouts"][0]["data"], "unknown");
  until_metrics("operation=\"catalog.write\",side=\"remote\",outcome=\"ok\"} 2");
  const auto back = nlohmann::json::parse(
      post("/_banyan/api/rollouts/catalog/back", R"({"who":"ann","why":"slow"})").body);
  ASSERT_TRUE(back.contains("left_behind")) << back;
  EXPECT_EQ(back["left_behind"]["writes"], 2);
}

TEST_F(TheFigures, SayNothingOfWritesWhereBothSidesHaveTheSameData) {
  write(file(), shop_configuration(legacy_.port(), catalog_.port(),
                                   "[rollouts.catalog.fallback]\nshared_data = true\n"));
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  const auto status = nlohmann::json::parse(test::get(port_, "/_banyan/api/status").body);
  EXPECT_EQ(status["rollouts"][0]["data"], "shared");
  const auto back = nlohmann::json::parse(
      post("/_banyan/api/rollouts/catalog/back", R"({"who":"ann","why":"slow"})").body);
  EXPECT_FALSE(back.contains("left_behind")) << back;
}

TEST_F(TheFigures, CountTheLifeOfAStreamByItself) {
  test::Listener upstream;
  write(file(), shop_configuration(upstream.port(), catalog_.port()));
  start();
  const Stopwatch since_asked;
  test::Peer client = test::Peer::connect(port_);
  client.send("GET /shop/news HTTP/1.1\r\nHost: a\r\n\r\n");
  test::Peer side = upstream.accept();
  side.read_head();
  side.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
  client.read_until("data: 1\n\n");
  const double latency = since_asked.seconds();
  const Stopwatch since_answered;
  since_answered.wait_for_more_than(latency);
  const double open = since_answered.seconds();
  side.close();
  const std::string rest = R"({module="legacy",operation="rest",side="local"})";
  until_metrics("banyan_http_stream_duration_seconds_count" + rest);
  EXPECT_THAT(metrics(), HasSubstr("banyan_http_streams_total"));
  const double life = value_in(metrics(), "banyan_http_stream_duration_seconds_sum" + rest);
  const double to_the_head = value_in(metrics(), "banyan_http_request_duration_seconds_sum" + rest);
  EXPECT_GE(life, open);
  EXPECT_LE(to_the_head, latency);
}

TEST_F(TheFigures, ShowOldBesideNewInTheSameSeconds) {
  configure();
  start();
  ASSERT_EQ(shift("50%"), 200u);
  new_side(20);
  until_metrics("banyan_rollout_recent_requests{rollout=\"catalog\",side=\"remote\"}");
  EXPECT_THAT(metrics(), HasSubstr("banyan_rollout_recent_failures{rollout=\"catalog\","
                                   "side=\"local\"} 0"));
}

TEST_F(TheFigures, CountWhatNoRouteLeadsToLikeAllOthers) {
  configure();
  start();
  const test::Seen unknown = test::get(port_, "/nobody", "X-Correlation-Id: action-4711\r\n");
  EXPECT_EQ(unknown.status, 404u);
  EXPECT_EQ(unknown.field("X-Correlation-Id"), "action-4711");
  EXPECT_THAT(metrics(), HasSubstr("banyan_http_requests_refused_total{status=\"404\","
                                   "rule=\"banyan.no_such_resource\"} 1"));
}

TEST_F(TheFigures, AreForThoseOnlyWhoCallThisMachineByItsName) {
  configure();
  start();
  const test::Seen rebound =
      test::ask(port_, "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(rebound.status, 403u);
  EXPECT_THAT(rebound.body, HasSubstr("banyan.foreign_host"));
  EXPECT_EQ(test::get(port_, "/metrics", "X-Forwarded-For: 203.0.113.7\r\n").status, 403u);
  until("a line", [this] { return log().find("operator_refused") != std::string::npos; });
  EXPECT_THAT(metrics(), HasSubstr("rule=\"banyan.foreign_host\"} 1"));
}

TEST_F(TheFigures, HaveARouteOfTheFileInTheirPlaceWhereItClaimsThePath) {
  configure(
      "[[routes]]\nname = \"their\"\npath = \"/metrics\"\nmethods = [\"GET\"]\nlegacy = "
      "\"legacy\"\n");
  start();
  EXPECT_EQ(test::ask(port_, "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n").body, "legacy");
}

TEST_F(TheFigures, CountWhatIsForNoTarget) {
  configure();
  start();
  EXPECT_EQ(test::ask(port_, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 204u);
  EXPECT_EQ(test::get(port_, "/_banyan/api/upstreams").status, 200u);
  EXPECT_THAT(metrics(), HasSubstr("module=\"none\",operation=\"*\""));
  EXPECT_THAT(metrics(), HasSubstr("module=\"operators\",operation=\"pages\""));
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_THAT(metrics(), HasSubstr("module=\"operators\",operation=\"pages\""));
}

class AShiftToASideThatIsIll : public ProxyTest {};

TEST_F(AShiftToASideThatIsIll, IsRefusedUnlessItIsForced) {
  const std::uint16_t nobody = test::deaf_port();
  write(file(), shop_configuration(legacy_.port(), nobody));
  start();
  const test::Seen refused = post("/_banyan/api/rollouts/catalog/shift",
                                  R"({"percent":"10%","who":"ann","why":"a test"})");
  EXPECT_NE(refused.status, 200u);
  EXPECT_THAT(refused.body, HasSubstr("banyan.new_side_unhealthy"));
  EXPECT_THAT(refused.body, HasSubstr(std::to_string(nobody)));
  EXPECT_EQ(side_of(1), "legacy");
  EXPECT_EQ(shift("10%"), 200u);
  EXPECT_THAT(test::get(port_, "/_banyan/api/log").body, HasSubstr("forced"));
  EXPECT_EQ(
      post("/_banyan/api/rollouts/catalog/shift", R"({"percent":"5%","who":"ann","why":"a test"})")
          .status,
      200u)
      << "less needs no asking";
}

}  // namespace
}  // namespace banyan::serving
