// SPDX-License-Identifier: Apache-2.0
#include "listeners.hpp"
#include "proxy_fixture.hpp"
#include "support/secret_file.hpp"

namespace banyan::serving {
namespace {

using test::Peer;
using test::Seen;

constexpr std::string_view kPage = "GET /_banyan/api/upstreams HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kAlbum = "GET /albums/1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kMetrics = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

class TheListeners : public ProxyTest {
 protected:
  std::string socket(const std::string& name) const { return (folder_.path() / name).string(); }

  /// `listen` is the list, with brackets, and what follows it in [proxy].
  void listen(const std::string& list) {
    std::string text = shop_configuration(legacy_.port(), catalog_.port());
    const std::string before = "[\"127.0.0.1:0\"]";
    text.replace(text.find(before), before.size(), list);
    write(file(), text);
    start();
  }
};

TEST_F(TheListeners, TakeAddressesOfBothFamiliesAndUnixSockets) {
  listen("[\"127.0.0.1:0\", { address = \"[::1]:0\" }, \"unix:" + socket("b.sock") + "\"]");
  const auto at = proxy_->listening();
  ASSERT_EQ(at.size(), 3u);
  EXPECT_EQ(test::ask(Peer::connect(at[0].port), kAlbum).body, "legacy");
  EXPECT_EQ(test::ask(Peer::connect_v6(at[1].port), kAlbum).body, "legacy");
  EXPECT_EQ(test::ask(Peer::connect_unix(socket("b.sock")), kAlbum).body, "legacy");
  EXPECT_EQ(test::ask(Peer::connect_unix(socket("b.sock")), kPage).status, 200u)
      << "only this machine reaches it";
  proxy_.reset();
  EXPECT_FALSE(std::filesystem::exists(socket("b.sock"))) << "cleared away";
}

TEST_F(TheListeners, ShareTheLimitOfConnections) {
  std::string text =
      shop_configuration(legacy_.port(), catalog_.port(), "[limits]\nconnections = 2\n");
  const std::string before = "[\"127.0.0.1:0\"]";
  text.replace(text.find(before), before.size(), "[\"127.0.0.1:0\", \"[::1]:0\"]");
  write(file(), text);
  start();
  const auto at = proxy_->listening();
  Peer one = Peer::connect(at[0].port);
  one.send(kAlbum);
  EXPECT_EQ(test::read_answer(one).status, 200u);
  Peer two = Peer::connect_v6(at[1].port);
  two.send(kAlbum);
  EXPECT_EQ(test::read_answer(two).status, 200u);
  Peer three = Peer::connect(at[0].port);
  EXPECT_EQ(test::read_answer(three).status, 503u);
}

TEST_F(TheListeners, ReachableFromElsewhereHaveNothingForOperatorsAndTheLogSaysSo) {
  listen("[\"0.0.0.0:0\"]");
  EXPECT_EQ(test::get(port_, "/albums/1").body, "legacy");
  const Seen page = test::ask(port_, kPage);
  EXPECT_EQ(page.status, 404u);
  EXPECT_NE(page.body.find("banyan.no_operators_here"), std::string::npos) << page.body;
  EXPECT_EQ(test::ask(port_, kMetrics).status, 404u);
  EXPECT_EQ(test::get(port_, "/health/ready").status, 200u);
  EXPECT_EQ(proxy_->operators(), std::nullopt);
  until("the line", [&] { return log().find("no_operators") != std::string::npos; });
}

TEST_F(TheListeners, GiveOperatorsADoorOfTheirOwn) {
  listen("[\"0.0.0.0:0\"]\noperators = \"127.0.0.1:0\"");
  ASSERT_TRUE(proxy_->operators());
  const std::uint16_t own = proxy_->operators()->port;
  EXPECT_EQ(proxy_->listening().size(), 1u) << "it is not for clients";
  EXPECT_EQ(test::ask(own, kPage).status, 200u);
  EXPECT_EQ(test::ask(own, kMetrics).status, 200u);
  EXPECT_EQ(test::get(own, "/health/ready").status, 200u);
  EXPECT_EQ(test::ask(own, kAlbum).status, 404u) << "no client's traffic at this address";
  EXPECT_EQ(legacy_.reads, 0);
  EXPECT_EQ(test::ask(port_, kPage).status, 404u);
  EXPECT_EQ(log().find("no_operators"), std::string::npos);
  EXPECT_EQ(log().find("operators_among_clients"), std::string::npos);
}

TEST_F(TheListeners, ThatOperatorsShareWithClientsWithoutATokenAreToldOfInTheLog) {
  listen("[\"127.0.0.1:0\"]");
  EXPECT_EQ(test::ask(port_, kPage).status, 200u);
  until("the line", [&] {
    return log().find("operators_among_clients") != std::string::npos &&
           log().find("127.0.0.1:" + std::to_string(port_)) != std::string::npos;
  });
}

TEST_F(TheListeners, ThatOperatorsShareWithClientsAskForTheTokenOfTheFile) {
  test::write_secret(folder_.path() / "token", "the secret of operators\n");
  listen("[\"127.0.0.1:0\"]\noperators_token_file = \"token\"");
  EXPECT_EQ(test::ask(port_, kAlbum).body, "legacy") << "of clients nobody asks it";
  EXPECT_EQ(test::ask(port_, kPage).status, 401u);
  EXPECT_EQ(test::ask(port_, kMetrics).status, 401u);
  EXPECT_EQ(test::get(port_, "/health/ready").body, R"({"status":"pass"})");
  const std::string token = "Authorization: Bearer the secret of operators\r\n";
  EXPECT_EQ(test::get(port_, "/_banyan/api/upstreams", token).status, 200u);
  EXPECT_EQ(test::get(port_, "/metrics", token).status, 200u);
  EXPECT_EQ(log().find("operators_among_clients"), std::string::npos);
}

TEST_F(TheListeners, WithADoorForOperatorsHaveNothingForThemEvenOnLoopback) {
  listen("[\"127.0.0.1:0\"]\noperators = \"unix:" + socket("ops.sock") + "\"");
  EXPECT_EQ(test::ask(port_, kPage).status, 404u)
      << "a proxy in front of this one may pass anybody's requests on to loopback";
  EXPECT_EQ(test::ask(Peer::connect_unix(socket("ops.sock")), kPage).status, 200u);
}

TEST_F(TheListeners, ReachableFromElsewhereSayOfHealthOnlyHowItIs) {
  listen("[\"0.0.0.0:0\"]");
  const Seen ready = test::get(port_, "/health/ready");
  EXPECT_EQ(ready.status, 200u);
  EXPECT_EQ(ready.body, R"({"status":"pass"})");
}

TEST(TheListenersOfAService, KeepItsHealthWhereApplicationsAskForIt) {
  strangler::Configuration configuration;
  configuration.listen = {{{"0.0.0.0", 8081}}};
  configuration.operators = strangler::Address{"127.0.0.1", 9180};
  EXPECT_EQ(listeners_of(configuration, {}, true).front().pages, OwnPages::Health);
  EXPECT_EQ(listeners_of(configuration, {}, false).front().pages, OwnPages::None);
}

TEST_F(TheListeners, OnAUnixSocketSayThatTheClientIsUnknown) {
  test::Listener upstream;
  std::string text = shop_configuration(upstream.port(), catalog_.port());
  const std::string before = "[\"127.0.0.1:0\"]";
  text.replace(text.find(before), before.size(), "[\"unix:" + socket("b.sock") + "\"]");
  write(file(), text);
  for (const bool trusted : {false, true}) {
    ProxyOptions options;
    if (trusted) options.trusted_peers = {"unix:"};
    start(options);
    Peer client = Peer::connect_unix(socket("b.sock"));
    client.send("GET /shop HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n");
    Peer server = upstream.accept();
    const std::string head = server.read_head();
    EXPECT_NE(head.find("for=unknown"), std::string::npos) << head;
    EXPECT_EQ(head.find("unix:"), std::string::npos) << head;
    EXPECT_EQ(head.find("X-Forwarded-For: 192.0.2.7\r\n") != std::string::npos, trusted) << head;
    server.send("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(test::read_answer(client).status, 204u);
    proxy_.reset();
  }
}

}  // namespace
}  // namespace banyan::serving
