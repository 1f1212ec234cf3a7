// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <filesystem>
#include <fstream>

#include "asking.hpp"
#include "banyan/http/client.hpp"
#include "support/child_process.hpp"
#include "tls_fixture.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

using Kind = UpstreamFailure::Kind;
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class TlsUpstreams : public TlsTest {
 protected:
  std::shared_ptr<TlsClient> client(TlsClientOptions options = {}) const {
    if (options.ca_file.empty()) options.ca_file = authority_.file();
    return std::make_shared<TlsClient>(TlsClient::read(options).value());
  }
  static UpstreamOptions by(std::shared_ptr<TlsClient> tls) { return {.tls = std::move(tls)}; }

  /// Shakes hands as this certificate says, then plays the script.
  static RawServer::Script as(const Issued& issued, std::function<void(TlsSocket&)> script,
                              TlsSocket::Options options = {}) {
    return [issued, options, script = std::move(script)](RawSocket& socket, int) {
      try {
        TlsSocket::Options own = options;
        own.own = &issued;
        TlsSocket tls = TlsSocket::accept(socket.release(), own);
        script(tls);
      } catch (const TlsFailure&) {
        // The other side says why.
      }
    };
  }
  static std::function<void(TlsSocket&)> says(std::string answer) {
    return [answer = std::move(answer)](TlsSocket& tls) {
      tls.read_until("\r\n\r\n");
      tls.send(answer);
      tls.close();
    };
  }
  /// Why the upstream's answer is not had; "" when it is.
  Outcome ask(const Endpoint& endpoint, TlsClientOptions options = {}) const {
    Engine engine(by(client(std::move(options))));
    return engine.ask(endpoint, get());
  }
  std::string failure(const Endpoint& endpoint, TlsClientOptions options = {}) const {
    const Outcome outcome = ask(endpoint, std::move(options));
    if (!outcome.failure) return "";
    EXPECT_EQ(outcome.failure->kind, Kind::Connect);
    EXPECT_TRUE(outcome.failure->provably_unsent);
    return outcome.failure->message;
  }
};

TEST_F(TlsUpstreams, AskAndKeepTheConnection) {
  serve();
  Engine engine(by(client()));
  for (int i = 0; i < 3; ++i) {
    const Outcome outcome = engine.ask({"localhost", port()}, get());
    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(outcome.body, "GET /x ");
  }
  EXPECT_EQ(engine.idle(), 1U);
  EXPECT_EQ(tls_->counts().handshakes, 1U);
}

TEST_F(TlsUpstreams, StreamBothWays) {
  serve();
  Engine engine(by(client()));
  const std::string body(3'000'000, 'x');
  for (const Framing framing : {Framing::of_length(body.size()), Framing::chunked()}) {
    const Outcome outcome = engine.ask({"127.0.0.1", port()}, post(framing), body);
    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(outcome.body.size(), body.size() + 8);
  }
  EXPECT_EQ(engine.idle(), 1U);
}

TEST_F(TlsUpstreams, AskForTheNameAndForHttp11) {
  std::promise<std::pair<std::string, std::string>> seen;
  serve(options(), [&](std::shared_ptr<Exchange> exchange) {
    seen.set_value({exchange->tls()->server_name, exchange->tls()->protocol});
    exchange->respond(text(""));
  });
  EXPECT_FALSE(ask({"localhost", port()}).failure);
  EXPECT_EQ(seen.get_future().get(), std::pair(std::string("localhost"), std::string("http/1.1")));
}

TEST_F(TlsUpstreams, BelieveNobodyWhomTheirAuthoritiesDoNotKnow) {
  serve();
  const Authority others(folder_.path(), "others");
  EXPECT_THAT(failure({"localhost", port()}, {.ca_file = others.file()}),
              AllOf(HasSubstr("its certificate is not believed: "),
                    HasSubstr("(by those in " + others.file() + ")")));
  // The system's.
  Engine engine(by(std::make_shared<TlsClient>(TlsClient::read({}).value())));
  const Outcome outcome = engine.ask({"localhost", port()}, get());
  ASSERT_TRUE(outcome.failure);
  EXPECT_THAT(outcome.failure->message, HasSubstr("(by the system's authorities)"));
}

TEST_F(TlsUpstreams, BelieveNobodyWhoIsSomebodyElse) {
  const Issued other = authority_.issue("other", {.names = {"DNS:other.example", "IP:127.0.0.2"}});
  serve({.certificates = {files_of(other)}});
  EXPECT_THAT(failure({"localhost", port()}),
              HasSubstr("its certificate is for somebody else than localhost"));
  EXPECT_THAT(failure({"127.0.0.1", port()}),
              HasSubstr("its certificate is for somebody else than 127.0.0.1"));
  EXPECT_EQ(failure({"127.0.0.1", port()}, {.server_name = "other.example"}), "");
}

TEST_F(TlsUpstreams, BelieveNoCertificateThatExpired) {
  const Issued late = authority_.issue(
      "late", {.names = {"DNS:localhost"}, .valid_from_hours = -9, .valid_to_hours = -1});
  RawServer server(as(late, says(std::string(kOk))));
  EXPECT_THAT(failure({"localhost", server.endpoint().port}), HasSubstr("certificate has expired"));
}

TEST_F(TlsUpstreams, BelieveAnybodyOnlyWhereThatIsSaid) {
  const Authority others(folder_.path(), "others");
  const Issued liar = others.issue("liar", {.names = {"DNS:liar.example"}});
  serve({.certificates = {files_of(liar)}});
  EXPECT_EQ(failure({"localhost", port()}, {.insecure_accept_any_certificate = true}), "");
}

TEST_F(TlsUpstreams, ShowTheirOwnCertificate) {
  TlsServerOptions asking = options();
  asking.client_certificates = ClientCertificates::Required;
  asking.client_ca_file = authority_.file();
  const Issued proxy = authority_.issue("proxy", {});
  serve(asking, [](std::shared_ptr<Exchange> exchange) {
    exchange->respond(text(exchange->tls()->client->subject));
  });
  EXPECT_EQ(ask({"localhost", port()}, {.certificate = files_of(proxy)}).body, "CN=proxy");

  // By TLS 1.3 the refusal comes when the request is on its way already.
  const Outcome without = ask({"localhost", port()});
  ASSERT_TRUE(without.failure);
  EXPECT_EQ(without.failure->kind, Kind::Closed);
  EXPECT_FALSE(without.failure->provably_unsent);
  EXPECT_THAT(without.failure->message, HasSubstr("alert certificate required"));
}

TEST_F(TlsUpstreams, RefuseOldVersions) {
  RawServer server(as(shop_, says(std::string(kOk)), {.oldest = 0x0301, .newest = 0x0302}));
  EXPECT_THAT(failure({"localhost", server.endpoint().port}), HasSubstr("no TLS: "));
  RawServer middling(as(shop_, says(std::string(kOk)), {.newest = 0x0303}));
  EXPECT_EQ(failure({"localhost", middling.endpoint().port}), "");
  EXPECT_THAT(
      failure({"localhost", middling.endpoint().port}, {.minimum_version = TlsVersion::Tls13}),
      HasSubstr("no TLS: "));
}

TEST_F(TlsUpstreams, SayWhatIsWrongWithWhoSpeaksNoTls) {
  RawServer server([](RawSocket& socket, int) {
    socket.read([](std::string_view got) { return got.size() > 100; });
    socket.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_THAT(failure({"localhost", server.endpoint().port}), HasSubstr("no TLS: "));
  RawServer gone([](RawSocket&, int) {});
  EXPECT_THAT(failure({"localhost", gone.endpoint().port}), HasSubstr("no TLS: "));
}

TEST_F(TlsUpstreams, GiveUpOnASlowHandshakeInTheTimeToConnect) {
  RawServer silent([](RawSocket& socket, int) { socket.read_to_end(); });
  UpstreamOptions options = by(client());
  options.connect_timeout = 100ms;
  Engine engine(std::move(options));
  const auto start = std::chrono::steady_clock::now();
  const Outcome outcome = engine.ask({"localhost", silent.endpoint().port}, get());
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->kind, Kind::Timeout);
  EXPECT_TRUE(outcome.failure->provably_unsent);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
}

TEST_F(TlsUpstreams, LeaveAnAddressThatDoesNotShakeHandsForTheNextOne) {
  std::atomic<int> asked = 0;
  RawServer silent([&](RawSocket& socket, int) {
    ++asked;
    socket.read_to_end();
  });
  serve();
  UpstreamOptions options = by(client({.server_name = "localhost"}));
  options.max_idle_per_loop = 0;
  options.connect_timeout = 2s;
  options.look_up = [first = silent.endpoint(), second = Endpoint{"127.0.0.1", port()}](
                        const Endpoint&) -> std::expected<std::vector<Endpoint>, std::string> {
    return std::vector{first, second};
  };
  Engine engine(std::move(options));
  for (int i = 0; i < 3; ++i) {
    const Outcome outcome = engine.ask({"shop.internal", 443}, get());
    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
  }
  EXPECT_EQ(asked, 1) << "it comes last from then on";
}

TEST_F(TlsUpstreams, TakeAnEndForAnEndOnlyWhenItIsSaid) {
  constexpr std::string_view kOpenEnd = "HTTP/1.1 200 OK\r\n\r\neverything there is";
  RawServer honest(as(shop_, says(std::string(kOpenEnd))));
  const Outcome whole = ask({"localhost", honest.endpoint().port});
  EXPECT_FALSE(whole.failure);
  EXPECT_EQ(whole.body, "everything there is");

  RawServer cut(as(shop_, [&](TlsSocket& tls) {
    tls.read_until("\r\n\r\n");
    tls.send(kOpenEnd);
    tls.cut();
  }));
  const Outcome half = ask({"localhost", cut.endpoint().port});
  ASSERT_TRUE(half.failure) << "somebody in between can cut where they like";
  EXPECT_EQ(half.failure->kind, Kind::Closed);
  EXPECT_EQ(half.body, "everything there is");
}

TEST_F(TlsUpstreams, TellAClientOfAnAnswerThatWasCutAndOfOneThatEnded) {
  constexpr std::string_view kOpenEnd = "HTTP/1.0 200 OK\r\n\r\neverything there is";
  const auto asked = [&](const std::function<void(TlsSocket&)>& script) {
    RawServer server(as(shop_, script));
    Client side({"localhost", server.endpoint().port}, {.tls = client()});
    return side.exchange({{"GET", "/", 1, {}}, ""}, std::chrono::steady_clock::now() + 5s);
  };
  const auto whole = asked(says(std::string(kOpenEnd)));
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->body, "everything there is");
  const auto half = asked([&](TlsSocket& tls) {
    tls.read_until("\r\n\r\n");
    tls.send(kOpenEnd);
    tls.cut();
  });
  ASSERT_FALSE(half) << half->body;
  EXPECT_EQ(half.error().kind, ClientFailure::Kind::Closed);
}

TEST_F(TlsUpstreams, TakeACompleteAnswerFromWhoNeverSaysGoodbye) {
  RawServer rude(as(shop_, [](TlsSocket& tls) {
    tls.read_until("\r\n\r\n");
    tls.send(kOk);
    tls.cut();
  }));
  const Outcome outcome = ask({"localhost", rude.endpoint().port});
  EXPECT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.body, "ok");
}

TEST_F(TlsUpstreams, AskOnceMoreWhenAKeptConnectionHasEnded) {
  RawServer server(as(shop_, [](TlsSocket& tls) {
    tls.read_until("\r\n\r\n");
    tls.send(kOk);
    tls.read_until("\r\n\r\n");
    tls.cut();
  }));
  Engine engine(by(client()));
  EXPECT_FALSE(engine.ask({"localhost", server.endpoint().port}, get()).failure);
  const Outcome again = engine.ask({"localhost", server.endpoint().port}, get());
  EXPECT_FALSE(again.failure) << again.failure->message;
}

TEST_F(TlsUpstreams, DoNotKeepWhatOldCertificatesMade) {
  serve();
  const auto tls = client();
  Engine engine(by(tls));
  EXPECT_FALSE(engine.ask({"localhost", port()}, get()).failure);
  ASSERT_TRUE(tls->reload());
  EXPECT_FALSE(engine.ask({"localhost", port()}, get()).failure);
  EXPECT_EQ(tls_->counts().handshakes, 1U) << "nothing has changed";

  const Authority others(folder_.path(), "others");
  std::ofstream(authority_.file(), std::ios::app) << std::ifstream(others.file()).rdbuf();
  ASSERT_TRUE(tls->reload());
  EXPECT_FALSE(engine.ask({"localhost", port()}, get()).failure);
  EXPECT_EQ(tls_->counts().handshakes, 2U);
  EXPECT_FALSE(engine.ask({"localhost", port()}, get()).failure);
  EXPECT_EQ(tls_->counts().handshakes, 2U);

  // A bad file changes nothing.
  std::filesystem::remove(authority_.file());
  EXPECT_FALSE(tls->reload());
  EXPECT_FALSE(engine.ask({"localhost", port()}, get()).failure);
  EXPECT_EQ(tls_->counts().handshakes, 2U);
}

TEST_F(TlsUpstreams, KeepPlainAndTlsConnectionsToOnePlaceApart) {
  // The first connection is made without TLS, the second with.
  RawServer both([this](RawSocket& socket, int connection) {
    if (connection == 0) {
      socket.read_until("\r\n\r\n");
      socket.send(kOk);
      return;
    }
    as(shop_, says(std::string(kOk)))(socket, connection);
  });
  Loops loops{1};
  Upstreams plain;
  Upstreams secure(by(client()));
  const Endpoint endpoint{"localhost", both.endpoint().port};
  EXPECT_EQ(Asking::ask(loops, plain, endpoint, get()).body, "ok");
  EXPECT_EQ(Asking::ask(loops, secure, endpoint, get()).body, "ok");
}

TEST_F(TlsUpstreams, UnderstandOpenssl) {
  for (const std::string version : {"-tls1_2", "-tls1_3"}) {
    const auto log = folder_.path() / ("log" + version);
    test::ChildProcess server({"openssl", "s_server", "-www", "-accept", "127.0.0.1:0", version,
                               "-cert", shop_.chain_file, "-key", shop_.key_file},
                              log);
    std::uint16_t port = 0;
    for (int i = 0; i < 500 && port == 0; ++i) {
      std::ifstream stream(log);
      const std::string said{std::istreambuf_iterator<char>(stream), {}};
      const std::size_t at = said.find("ACCEPT 127.0.0.1:");
      if (at != std::string::npos && said.find('\n', at) != std::string::npos) {
        port = static_cast<std::uint16_t>(std::stoi(said.substr(at + 17)));
      }
      std::this_thread::sleep_for(10ms);
    }
    ASSERT_NE(port, 0);
    const Outcome outcome = ask({"localhost", port});
    EXPECT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_THAT(outcome.body, HasSubstr("s_server"));
  }
}

}  // namespace
}  // namespace banyan::http
