// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "proxy_fixture.hpp"
#include "stopwatch.hpp"
#include "support/deaf_port.hpp"

namespace banyan::serving {
namespace {

using Json = nlohmann::json;
using test::Peer;
using testing::HasSubstr;

class AWebSocketThroughTheProxy : public ProxyTest {
 protected:
  void limit(const std::string& limits = "") {
    write(file(), shop_configuration(old_side_.port(), new_side_.port(), "[limits]\n" + limits));
    start();
  }

  struct Ends {
    Peer client;
    Peer upstream;
  };
  Ends open(const std::string& target, test::Listener& side) const {
    Peer client = Peer::connect(port_);
    client.send("GET " + target +
                " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    Peer upstream = side.accept();
    upstream.read_head();
    upstream.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    EXPECT_THAT(client.read_head(), HasSubstr(" 101 "));
    return {std::move(client), std::move(upstream)};
  }
  Json tunnels() const {
    return Json::parse(test::get(port_, "/_banyan/api/status").body)
        .at("rollouts")
        .at(0)
        .at("tunnels");
  }
  std::string metrics() const { return test::get(port_, "/metrics").body; }
  static void says_all_is_well(Ends& ends) {
    ends.client.send("ping");
    EXPECT_EQ(ends.upstream.read_exactly(4), "ping");
    ends.upstream.send("pong");
    EXPECT_EQ(ends.client.read_exactly(4), "pong");
  }

  test::Listener old_side_;
  test::Listener new_side_;
};

TEST_F(AWebSocketThroughTheProxy, ThatFellBackIsOfTheOldSide) {
  const std::uint16_t deaf = test::deaf_port();
  write(file(), shop_configuration(old_side_.port(), deaf, "[rollouts.catalog.fallback]\n"));
  start();
  ASSERT_EQ(shift("100%"), 200u);
  Ends ends = open("/albums/1", old_side_);
  EXPECT_EQ(tunnels().at("old_side"), 1);
  EXPECT_EQ(tunnels().at("new_side"), 0);
  says_all_is_well(ends);
}

TEST_F(AWebSocketThroughTheProxy, StaysOnItsSideWhenTheTrafficMovesAndIsCountedThere) {
  limit();
  EXPECT_EQ(tunnels(), Json::parse(R"({"old_side":0,"new_side":0,"pinned":0})"));
  Ends first = open("/albums/1", old_side_);
  EXPECT_EQ(tunnels(), Json::parse(R"({"old_side":1,"new_side":0,"pinned":0})"));

  ASSERT_EQ(shift("100%"), 200U);
  Ends second = open("/albums/1", new_side_);
  EXPECT_EQ(tunnels(), Json::parse(R"({"old_side":1,"new_side":1,"pinned":1})"));
  const std::string labels = R"({rollout="catalog",route="catalog.read",side=)";
  EXPECT_THAT(metrics(), HasSubstr("\nbanyan_tunnels" + labels + "\"local\"} 1\n"));
  EXPECT_THAT(metrics(), HasSubstr("\nbanyan_tunnels_pinned" + labels + "\"local\"} 1\n"));
  EXPECT_THAT(metrics(), HasSubstr("\nbanyan_tunnels_pinned" + labels + "\"remote\"} 0\n"));
  const Json live = Json::parse(test::get(port_, "/_banyan/api/live").body);
  EXPECT_EQ(live["modules"][0]["tunnels"]["pinned"], 1);
  says_all_is_well(first);
  says_all_is_well(second);

  first.client.close();
  EXPECT_EQ(first.upstream.read_to_end().text, "");
  first.upstream.close();
  until("it is gone", [&] { return tunnels()["pinned"] == 0; });
  EXPECT_EQ(tunnels(), Json::parse(R"({"old_side":0,"new_side":1,"pinned":0})"));
  EXPECT_THAT(metrics(), HasSubstr("\nbanyan_tunnels_opened_total" + labels + "\"local\"} 1\n"));
}

TEST_F(AWebSocketThroughTheProxy, HasALifeThatIsNoLatency) {
  limit();
  const Stopwatch since_asked;
  Ends ends = open("/albums/1", old_side_);
  const double latency = since_asked.seconds();
  const Stopwatch since_answered;
  since_answered.wait_for_more_than(latency);
  says_all_is_well(ends);
  const double open_for = since_answered.seconds();
  ends.client.close();
  ends.upstream.read_to_end();
  ends.upstream.close();
  const std::string labels = R"({module="catalog",operation="catalog.read",side="local"})";
  until("its life is counted", [&] {
    return value_in(metrics(), "banyan_http_stream_duration_seconds_count" + labels) == 1;
  });
  const double life = value_in(metrics(), "banyan_http_stream_duration_seconds_sum" + labels);
  const double to_101 = value_in(metrics(), "banyan_http_request_duration_seconds_sum" + labels);
  EXPECT_GE(life, open_for);
  EXPECT_LE(to_101, latency);
}

TEST_F(AWebSocketThroughTheProxy, EndsWhenItsUserHasMovedAwayForTheTimeThatIsGiven) {
  limit("pinned_tunnel_time = \"100ms\"\n");
  Ends behind = open("/albums/1", old_side_);
  Ends elsewhere = open("/shop/chat", old_side_);
  ASSERT_EQ(shift("100%"), 200U);
  Ends ahead = open("/albums/1", new_side_);

  const Peer::Rest rest = behind.client.read_to_end();
  EXPECT_EQ(rest.text, "");
  EXPECT_FALSE(rest.reset) << "an end, so that clients come again at once";
  behind.upstream.read_to_end();
  until("it is gone", [&] { return tunnels()["pinned"] == 0; });
  says_all_is_well(ahead);
  says_all_is_well(elsewhere);
}

TEST_F(AWebSocketThroughTheProxy, OfATesterIsWhereHeWantsItUntilTheWritesHaveMoved) {
  write(file(), shop_configuration(old_side_.port(), new_side_.port(),
                                   "[rollouts.catalog.testers]\nold = [\"127.0.0.1\"]\n"));
  start();
  ASSERT_EQ(shift("100%"), 200U);
  Ends ends = open("/albums/1", old_side_);
  EXPECT_EQ(tunnels(), Json::parse(R"({"old_side":1,"new_side":0,"pinned":0})"));
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200U);
  EXPECT_EQ(tunnels(), Json::parse(R"({"old_side":1,"new_side":0,"pinned":1})"));
  says_all_is_well(ends);
}

TEST_F(AWebSocketThroughTheProxy, MayBeSilentForTheTimeThatIsGiven) {
  limit("tunnel_time = \"100ms\"\n");
  Ends ends = open("/albums/1", old_side_);
  EXPECT_EQ(ends.client.read_to_end().text, "");
  ends.upstream.read_to_end();
}

}  // namespace
}  // namespace banyan::serving
