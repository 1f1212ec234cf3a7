// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "proxy_fixture.hpp"
#include "support/deaf_port.hpp"

namespace banyan::serving {
namespace {

using test::Peer;
using test::Seen;
using testing::HasSubstr;

class TheLimits : public ProxyTest {
 protected:
  void limit(const std::string& limits, ProxyOptions options = {}) {
    configure("[limits]\n" + limits);
    start(std::move(options));
  }
};

TEST_F(TheLimits, OfTheHeadAreToldApart) {
  limit("header_bytes = 2048\nheader_fields = 5\ntarget_bytes = 256\n");
  EXPECT_EQ(test::get(port_, "/albums/" + std::string(300, 'a')).status, 414u);
  EXPECT_EQ(test::get(port_, "/albums/1", "X-A: " + std::string(3'000, 'a') + "\r\n").status, 431u);
  EXPECT_EQ(test::get(port_, "/albums/1", "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\n").status, 431u);
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
}

TEST_F(TheLimits, OfABodyAreToldBeforeItIsSent) {
  limit("body_bytes = 10\n");
  EXPECT_EQ(post("/shop", std::string(11, 'x')).status, 413u);
  EXPECT_EQ(post("/shop", std::string(10, 'x')).status, 200u);
}

TEST_F(TheLimits, OfConnectionsPerClientAreToldAtOnceAndTrustedPeersHaveNone) {
  limit("connections_per_client = 2\n");
  Peer one = Peer::connect(port_);
  Peer two = Peer::connect(port_);
  for (Peer* each : {&one, &two}) {
    each->send("GET /albums/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(test::read_answer(*each).status, 200u);
  }
  Peer three = Peer::connect(port_);
  const Seen refused = test::read_answer(three);
  EXPECT_EQ(refused.status, 503u);
  EXPECT_THAT(refused.body, HasSubstr("http.too_many_connections_of_client"));
  EXPECT_NE(refused.field("Retry-After"), "");
  one.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(
      test::read_answer(one).body,
      HasSubstr("\nbanyan_http_connections_refused_total{limit=\"connections_per_client\"} 1\n"));
  proxy_.reset();

  limit("connections_per_client = 2\n", {.trusted_peers = {"127.0.0.0/8"}});
  std::vector<Peer> many;
  for (int i = 0; i < 5; ++i) {
    many.push_back(Peer::connect(port_));
    many.back().send("GET /albums/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(test::read_answer(many.back()).status, 200u);
  }
}

TEST_F(TheLimits, OfTimeEndARequestThatTakesTooLongInAll) {
  test::Listener upstream;
  write(file(),
        shop_configuration(upstream.port(), catalog_.port(), "[limits]\ntotal_time = \"150ms\"\n"));
  start();
  Peer client = Peer::connect(port_);
  client.send("GET /shop HTTP/1.1\r\nHost: a\r\nX-Correlation-Id: c9\r\n\r\n");
  Peer server = upstream.accept();
  server.read_head();
  const Seen late = test::read_answer(client);
  EXPECT_EQ(late.status, 504u);
  EXPECT_EQ(late.field("X-Correlation-Id"), "c9");
  EXPECT_NE(late.field("X-Request-Id"), "");

  // An answer that has begun is cut, so that nobody takes it for complete.
  client.send("GET /shop HTTP/1.1\r\nHost: a\r\n\r\n");
  Peer again = upstream.accept();
  again.read_head();
  again.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart");
  EXPECT_THAT(client.read_to_end().text, testing::EndsWith("part"));
}

TEST_F(TheLimits, OfAnUpstreamsPatienceAreItsOwn) {
  test::Listener upstream;
  std::string text = shop_configuration(upstream.port(), catalog_.port());
  text.insert(text.find("[upstreams.catalog]"),
              "answer_time = \"150ms\"\nstall_time = \"150ms\"\n");
  write(file(), text);
  start();
  Peer client = Peer::connect(port_);
  client.send("GET /shop HTTP/1.1\r\nHost: a\r\n\r\n");
  Peer silent = upstream.accept();
  silent.read_head();
  EXPECT_EQ(test::read_answer(client).status, 504u);
  client.send("GET /shop HTTP/1.1\r\nHost: a\r\n\r\n");
  Peer stalling = upstream.accept();
  stalling.read_head();
  stalling.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart");
  EXPECT_THAT(client.read_to_end().text, testing::EndsWith("part"));
}

TEST_F(TheLimits, AreToldWithTheIdsByWhichARequestIsFound) {
  const std::uint16_t deaf = test::deaf_port();
  write(file(), shop_configuration(deaf, catalog_.port()));
  start();
  const Seen away = test::get(port_, "/shop", "X-Request-Id: r1\r\nX-Correlation-Id: c1\r\n");
  EXPECT_EQ(away.status, 503u);
  EXPECT_EQ(away.field("X-Request-Id"), "r1");
  EXPECT_EQ(away.field("X-Correlation-Id"), "c1");
  EXPECT_NE(away.field("Retry-After"), "");
  const Seen unknown = test::get(port_, "/nobody");
  EXPECT_EQ(unknown.status, 404u);
  EXPECT_NE(unknown.field("X-Request-Id"), "");
  EXPECT_EQ(unknown.field("X-Correlation-Id"), unknown.field("X-Request-Id"));
}

}  // namespace
}  // namespace banyan::serving
