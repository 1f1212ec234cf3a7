// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <functional>
#include <thread>

#include "banyan/http/tls.hpp"
#include "proxy_fixture.hpp"
#include "support/certificates.hpp"
#include "support/tls_socket.hpp"

namespace banyan::serving {
namespace {

using test::Authority;
using test::Issued;
using test::TlsFailure;
using test::TlsSocket;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// An upstream that says by whom and how it was asked.
class TlsUpstream final : public http::Application {
 public:
  TlsUpstream(const Issued& own, const std::string& authority) {
    http::TlsServerOptions options;
    options.certificates = {{own.chain_file, own.key_file}};
    options.client_certificates = http::ClientCertificates::Optional;
    options.client_ca_file = authority;
    http::ServerOptions server;
    server.loops = 1;
    server.tls = {std::make_shared<http::TlsServer>(http::TlsServer::read(options).value())};
    server_ = std::make_unique<http::Server>(std::move(server), *this);
    server_->start();
  }
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    if (exchange->head().fields.find("User-Agent") == "banyan-health-check") ++checks;
    const http::TlsPeer& peer = *exchange->tls();
    http::Response response;
    response.body = peer.server_name + " " + (peer.client ? peer.client->subject : "nobody") + " " +
                    std::string(exchange->head().fields.find("X-Forwarded-Proto").value_or(""));
    exchange->respond(std::move(response));
  }
  std::uint16_t port() const { return server_->port(); }

  std::atomic<int> checks = 0;

 private:
  std::unique_ptr<http::Server> server_;
};

class TlsProxy : public ProxyTest {
 protected:
  /// Relative to the folder of banyan.toml.
  static constexpr std::string_view kFiles = R"({chain = "shop.pem", key = "shop.key"})";

  std::string section(const std::string& more = "") const {
    return "[[proxy.tls]]\nlisten = [\"127.0.0.1:0\"]\ncertificates = [" + std::string(kFiles) +
           "]\n" + more;
  }
  void start_with(const std::string& more) {
    configure(more);
    start();
    tls_port_ = proxy_->listening().back().port;
  }
  TlsSocket connect(TlsSocket::Options options = {}) const {
    options.authority = authority_.file();
    options.server_name = "localhost";
    return {tls_port_, options};
  }
  std::string get(std::string_view target, TlsSocket::Options options = {}) const {
    TlsSocket socket = connect(options);
    socket.send("GET " + std::string(target) +
                " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return socket.read_to_end();
  }
  /// A route /up to an upstream "up".
  static std::string route_to(std::uint16_t port, const std::string& tls,
                              const std::string& host = "localhost") {
    return "[upstreams.up]\ninstances = [\"" + host + ":" + std::to_string(port) +
           "\"]\n[upstreams.up.tls]\n" + tls +
           "[[routes]]\nprefix = \"/up\"\nmethods = [\"*\"]\neffect = \"write\"\nlegacy = \"up\"\n";
  }

  Authority authority_{folder_.path()};
  Issued shop_ = authority_.issue("shop", {.names = {"DNS:localhost", "IP:127.0.0.1"}});
  std::uint16_t tls_port_ = 0;
};

TEST_F(TlsProxy, ListensWithAndWithoutTls) {
  start_with(section());
  EXPECT_THAT(proxy_->urls(),
              testing::ElementsAre("http://127.0.0.1:" + std::to_string(port_) + "/",
                                   "https://127.0.0.1:" + std::to_string(tls_port_) + "/"));
  EXPECT_EQ(test::get(port_, "/albums/1").body, "legacy");
  EXPECT_THAT(get("/albums/1"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("legacy")));
}

TEST_F(TlsProxy, TellsUpstreamsThatTheClientCameByHttps) {
  test::Listener upstream;
  start_with(section() +
             "[upstreams.raw]\ninstances = [\"127.0.0.1:" + std::to_string(upstream.port()) +
             "\"]\n[[routes]]\nprefix = \"/raw\"\nmethods = [\"*\"]\neffect = \"write\"\n"
             "legacy = \"raw\"\n");
  const auto seen_by_upstream = [&](const std::function<void()>& ask) {
    const std::jthread client(ask);
    test::Peer peer = upstream.accept();
    std::string head = peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return head;
  };
  EXPECT_THAT(seen_by_upstream([&] { get("/raw"); }),
              AllOf(HasSubstr("X-Forwarded-Proto: https\r\n"), HasSubstr("proto=https")));
  EXPECT_THAT(seen_by_upstream([&] { test::get(port_, "/raw"); }),
              AllOf(HasSubstr("X-Forwarded-Proto: http\r\n"), HasSubstr("proto=http\r\n")));
}

TEST_F(TlsProxy, AsksUpstreamsByTlsAndVerifiesThem) {
  const Issued service = authority_.issue("service", {.names = {"DNS:service.internal"}});
  authority_.issue("proxy", {});
  const TlsUpstream upstream(service, authority_.file());

  start_with(section() + route_to(upstream.port(),
                                  "ca = \"authority.pem\"\nserver_name = \"service.internal\"\n"
                                  "certificate = {chain = \"proxy.pem\", key = \"proxy.key\"}\n"));
  EXPECT_THAT(get("/up"), EndsWith("service.internal CN=proxy https"));
  EXPECT_THAT(get("/albums/1"), EndsWith("legacy")) << "the others are asked without";

  // Now by the host that it is reached by, which its certificate does not have.
  configure(section() + route_to(upstream.port(), "ca = \"authority.pem\"\n"));
  ASSERT_TRUE(proxy_->reload());
  EXPECT_THAT(get("/up"),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("proxy.upstream_unreachable")));
  until("the reason", [this] {
    return log().find("its certificate is for somebody else than localhost") != std::string::npos;
  });

  configure(section() + route_to(upstream.port(), ""));
  ASSERT_TRUE(proxy_->reload());
  EXPECT_THAT(get("/up"), StartsWith("HTTP/1.1 503 ")) << "the system does not know our authority";

  configure(section() + route_to(upstream.port(), "verify = \"insecure-none\"\n"));
  ASSERT_TRUE(proxy_->reload());
  EXPECT_THAT(get("/up"), EndsWith("localhost nobody https"));
}

TEST_F(TlsProxy, ChecksTheHealthOfAnUpstreamAsItIsAsked) {
  const TlsUpstream upstream(shop_, authority_.file());
  start_with(section() + route_to(upstream.port(),
                                  "ca = \"authority.pem\"\n"
                                  "[upstreams.up.health]\nevery = \"10ms\"\n"));
  until("two checks", [&] { return upstream.checks >= 2; });
}

TEST_F(TlsProxy, NeverHidesThatAnAnswerWasCut) {
  // Without length or chunks: only the end of the connection says that it is complete.
  constexpr std::string_view kOpenEnd = "HTTP/1.1 200 OK\r\n\r\nhalf of it";
  test::Listener listener;
  start_with(section() + route_to(listener.port(), "ca = \"authority.pem\"\n"));
  for (const bool honest : {true, false}) {
    std::string answer;
    {
      const std::jthread client([&] { answer = get("/up"); });
      TlsSocket::Options as_shop;
      as_shop.own = &shop_;
      TlsSocket upstream = TlsSocket::accept(listener.accept().release(), as_shop);
      upstream.read_until("\r\n\r\n");
      upstream.send(kOpenEnd);
      honest ? upstream.close() : upstream.cut();
    }
    EXPECT_THAT(answer, HasSubstr("half of it"));
    if (honest) {
      EXPECT_THAT(answer, EndsWith("\r\n0\r\n\r\n"));
    } else {
      EXPECT_THAT(answer, AllOf(Not(HasSubstr("\r\n0\r\n\r\n")), HasSubstr("<")));
    }
  }
}

TEST_F(TlsProxy, RefusesToStartWithFilesThatAreNoGood) {
  const Issued other = authority_.issue("other", {});
  configure(
      "[[proxy.tls]]\nlisten = [\"127.0.0.1:0\"]\n"
      "certificates = [{chain = \"shop.pem\", key = \"other.key\"}]\n"
      "client_certificates = \"required\"\nclient_ca = \"nobody.pem\"\n" +
      route_to(1, "ca = \"nowhere.pem\"\n"));
  const auto made = Proxy::make({.config_file = file(), .log_file = file() + ".log"});
  ASSERT_FALSE(made);
  const std::string folder = folder_.path().string() + "/";
  EXPECT_EQ(made.error(), file() + ":33:44: " + folder +
                              "other.key: the key does not belong to the certificate in " + folder +
                              "shop.pem\n" + file() + ":35:13: " + folder +
                              "nobody.pem: cannot be read: No such file or directory\n" + file() +
                              ":39:6: " + folder +
                              "nowhere.pem: cannot be read: No such file or directory\n");
}

TEST_F(TlsProxy, ReadsItsCertificatesAgainWithItsFile) {
  start_with(section());
  TlsSocket old = connect();
  const Issued next = authority_.issue("next", {.names = {"DNS:localhost"}});
  std::filesystem::copy_file(next.chain_file, shop_.chain_file,
                             std::filesystem::copy_options::overwrite_existing);

  const auto refused = proxy_->reload();
  ASSERT_FALSE(refused) << "the key is still the old one";
  EXPECT_THAT(to_string(refused.error()), HasSubstr("the key does not belong to the certificate"));
  until("the line", [&] { return log().find("routes_refused") != std::string::npos; });
  EXPECT_EQ(connect().peer_name(), "shop");

  std::filesystem::copy_file(next.key_file, shop_.key_file,
                             std::filesystem::copy_options::overwrite_existing);
  ASSERT_TRUE(proxy_->reload());
  EXPECT_EQ(connect().peer_name(), "next");
  old.send("GET /albums/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(old.read_to_end(), EndsWith("legacy"));
}

TEST_F(TlsProxy, ChangesHowItAsksForClientsCertificatesByAReload) {
  const Issued ann = authority_.issue("ann", {});
  start_with(section());
  EXPECT_THAT(get("/albums/1"), EndsWith("legacy"));
  configure(section("client_certificates = \"required\"\nclient_ca = \"authority.pem\"\n"));
  ASSERT_TRUE(proxy_->reload());
  EXPECT_THAT(get("/albums/1"), HasSubstr("alert certificate required"));
  TlsSocket::Options as_ann;
  as_ann.own = &ann;
  EXPECT_THAT(get("/albums/1", as_ann), EndsWith("legacy"));
}

TEST_F(TlsProxy, CountsHandshakesAndShowsWhenCertificatesEnd) {
  start_with(section());
  get("/albums/1");
  EXPECT_THROW(connect({.newest = 0x0301}), TlsFailure);
  const std::string metrics = test::get(port_, "/metrics").body;
  EXPECT_THAT(
      metrics,
      AllOf(HasSubstr(
                "banyan_tls_certificate_expiration_timestamp_seconds{listener=\"127.0.0.1:0\"} 1"),
            HasSubstr("{listener=\"127.0.0.1:0\",result=\"full\"} 1"),
            HasSubstr("{listener=\"127.0.0.1:0\",result=\"failed\"} 1")));
}

}  // namespace
}  // namespace banyan::serving
