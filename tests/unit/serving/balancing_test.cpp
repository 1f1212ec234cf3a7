// SPDX-License-Identifier: Apache-2.0
#include "proxy_fixture.hpp"
#include "support/deaf_port.hpp"

namespace banyan::serving {
namespace {

using test::Peer;

constexpr std::string_view kShop = "GET /shop HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kDone = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

class TheBalancing : public ProxyTest {
 protected:
  /// The old side as these instances, with more keys of its section.
  void serve(const std::string& instances, const std::string& more) {
    configure(instances, more);
    start();
  }
  void configure(const std::string& instances, const std::string& more) {
    std::string text = shop_configuration(1, catalog_.port());
    const std::string before = "\"127.0.0.1:1\"]\n";
    text.replace(text.find(before), before.size(), instances + "]\n" + more);
    write(file(), text);
  }
  static std::string at(std::uint16_t port) { return "\"127.0.0.1:" + std::to_string(port) + '"'; }
  std::string upstreams() const { return test::get(port_, "/_banyan/api/upstreams").body; }
};

TEST_F(TheBalancing, LeastLoadedSparesAnInstanceThatIsBusy) {
  test::Listener busy;
  NamedServer idle("idle");
  serve(at(busy.port()) + ", " + at(idle.port()), "balance = \"least_loaded\"\n");
  Peer waiting = Peer::connect(port_);
  waiting.send(kShop);
  Peer server = busy.accept();
  server.read_head();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(test::get(port_, "/shop").body, "idle") << i;
  EXPECT_NE(upstreams().find("\"in_flight\":1"), std::string::npos) << upstreams();
  server.send(kDone);
  EXPECT_EQ(test::read_answer(waiting).body, "done");
}

TEST_F(TheBalancing, RefusesAtOnceWhatAFullUpstreamCannotTake) {
  test::Listener upstream;
  serve(at(upstream.port()), "max_requests = 1\n");
  Peer waiting = Peer::connect(port_);
  waiting.send(kShop);
  Peer server = upstream.accept();
  server.read_head();
  const test::Seen refused = test::get(port_, "/shop");
  EXPECT_EQ(refused.status, 503u);
  EXPECT_NE(refused.field("Retry-After"), "");
  EXPECT_NE(upstreams().find("\"refused\":1"), std::string::npos) << upstreams();
  server.send(kDone);
  EXPECT_EQ(test::read_answer(waiting).body, "done");
  EXPECT_NE(test::get(port_, "/metrics")
                .body.find("banyan_upstream_requests_refused_total{upstream=\"legacy\"} 1"),
            std::string::npos);
}

TEST_F(TheBalancing, FindsNamesAndUnixSockets) {
  const std::string path = (folder_.path() / "app.sock").string();
  struct Local final : http::Application {
    void handle(std::shared_ptr<http::Exchange> exchange) override {
      http::Response response;
      response.body = "local";
      exchange->respond(std::move(response));
    }
  } local;
  http::Server server({.listen = {{"unix:" + path, 0}}, .loops = 1}, local);
  server.start();
  serve("\"unix:" + path + "\", \"localhost:" + std::to_string(legacy_.port()) + '"', "");
  EXPECT_EQ(test::get(port_, "/shop").body, "local");
  EXPECT_EQ(test::get(port_, "/shop").body, "legacy");
}

TEST_F(TheBalancing, AReloadThatAddsAnInstanceKeepsWhatIsKnownOfTheOthers) {
  const std::uint16_t deaf = test::deaf_port();
  NamedServer added("added");
  serve(at(deaf) + ", " + at(legacy_.port()), "");
  until("it is ejected", [&] {
    EXPECT_EQ(test::get(port_, "/shop").body, "legacy") << "and nobody notices";
    return upstreams().find("\"state\":\"ejected\"") != std::string::npos;
  });
  configure(at(added.port()) + ", " + at(deaf) + ", " + at(legacy_.port()), "");
  ASSERT_TRUE(proxy_->reload().has_value());
  const std::string known = upstreams();
  EXPECT_NE(known.find("\"state\":\"ejected\""), std::string::npos) << known;
  EXPECT_NE(known.find("\"failures\":5"), std::string::npos) << known;
  EXPECT_NE(known.find(std::to_string(added.port())), std::string::npos) << known;
}

TEST_F(TheBalancing, HealthChecksTakeAnInstanceOutAndBringItBack) {
  auto sick = std::make_unique<NamedServer>("sick");
  const std::uint16_t port = sick->port();
  serve(at(port) + ", " + at(legacy_.port()),
        "health = { path = \"/up\", every = \"10ms\", timeout = \"500ms\" }\n");
  until("both are found well", [&] {
    const std::string text = upstreams();
    const std::size_t first = text.find("\"check\":\"passing\"");
    return first != std::string::npos &&
           text.find("\"check\":\"passing\"", first + 1) != std::string::npos;
  });
  EXPECT_NE(test::get(port_, "/metrics").body.find("banyan_upstream_health_check_passing"),
            std::string::npos);
  sick.reset();
  until("it is ejected",
        [&] { return upstreams().find("\"check\":\"failing\"") != std::string::npos; });
  until("the line", [&] { return log().find("instance_ejected") != std::string::npos; });
  for (int i = 0; i < 6; ++i) EXPECT_EQ(post("/shop", "{}").body, "legacy") << i;
  sick = std::make_unique<NamedServer>("sick", port);
  until("it is back", [&] { return test::get(port_, "/shop").body == "sick"; });
  until("the line", [&] { return log().find("instance_healthy") != std::string::npos; });
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_NE(upstreams().find("\"check\":\"passing\""), std::string::npos)
      << "a reload that leaves the group alone keeps what is known";
}

}  // namespace
}  // namespace banyan::serving
