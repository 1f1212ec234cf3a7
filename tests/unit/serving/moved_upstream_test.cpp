// SPDX-License-Identifier: Apache-2.0
#include "proxy_fixture.hpp"

namespace banyan::serving {
namespace {

using test::Peer;
using test::Seen;

/// Clients see /albums; the new side has it at /v2, and is called by a name of its own.
class AnUpstreamUnderAnotherPrefix : public ProxyTest {
 protected:
  void SetUp() override {
    std::string text = shop_configuration(legacy_.port(), upstream_.port());
    text.insert(text.find("[rollouts.catalog]"), "host = \"catalog.internal\"\n");
    const std::string successor = "successor = \"catalog\"\n";
    text.insert(text.find(successor) + successor.size(),
                "successor_path = { strip = \"/albums\", add = \"/v2\" }\n");
    write(file(), text);
    start();
    ASSERT_EQ(shift("100%"), 200u);
  }
  /// What the upstream was asked, and what the client got.
  std::pair<std::string, Seen> through(const std::string& target, const std::string& fields) {
    Peer client = Peer::connect(port_);
    client.send("GET " + target + " HTTP/1.1\r\nHost: www.example\r\n\r\n");
    Peer server = upstream_.accept();
    std::string head = server.read_head();
    server.send("HTTP/1.1 302 Found\r\n" + fields + "Content-Length: 0\r\n\r\n");
    return {head, test::read_answer(client)};
  }
  test::Listener upstream_;
};

TEST_F(AnUpstreamUnderAnotherPrefix, IsAskedForItsOwnPathsByItsOwnName) {
  const auto [head, seen] = through("/albums/a%20b?x=/albums", "");
  EXPECT_TRUE(head.starts_with("GET /v2/a%20b?x=/albums HTTP/1.1\r\n")) << head;
  EXPECT_NE(head.find("\r\nHost: catalog.internal\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("\r\nHost: www.example\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("X-Forwarded-Host: www.example\r\n"), std::string::npos) << head;
}

TEST_F(AnUpstreamUnderAnotherPrefix, HasItsRedirectsAndCookiesTurnedBack) {
  const auto [head, seen] = through("/albums/1",
                                    "Location: http://catalog.internal/v2/2?from=1\r\n"
                                    "Set-Cookie: id=7; Path=/v2; Domain=catalog.internal\r\n"
                                    "Set-Cookie: other=8; HttpOnly\r\n");
  EXPECT_EQ(seen.status, 302u);
  EXPECT_EQ(seen.field("Location"), "/albums/2?from=1");
  EXPECT_NE(seen.head.find("Set-Cookie: id=7; Path=/albums\r\n"), std::string::npos) << seen.head;
  EXPECT_NE(seen.head.find("Set-Cookie: other=8; HttpOnly\r\n"), std::string::npos) << seen.head;
}

TEST_F(AnUpstreamUnderAnotherPrefix, LeavesTheOtherSideAsItWas) {
  ASSERT_EQ(shift("0%"), 200u);
  test::Listener legacy;
  std::string text = shop_configuration(legacy.port(), catalog_.port());
  write(file(), text);
  ASSERT_TRUE(proxy_->reload().has_value());
  Peer client = Peer::connect(port_);
  client.send("GET /albums//../1 HTTP/1.1\r\nHost: www.example\r\n\r\n");
  EXPECT_EQ(test::read_answer(client).status, 400u);
  client.send("GET /albums/%31;a=b?c HTTP/1.1\r\nHost: www.example\r\n\r\n");
  Peer server = legacy.accept();
  EXPECT_TRUE(server.read_head().starts_with("GET /albums/%31;a=b?c HTTP/1.1\r\n"));
  server.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + std::to_string(legacy.port()) +
              "/albums/2\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(test::read_answer(client).field("Location"), "/albums/2")
      << "its own authority becomes the client's all the same";
}

}  // namespace
}  // namespace banyan::serving
