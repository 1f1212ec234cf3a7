// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "support/child_process.hpp"
#include "tls_fixture.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kTls10 = 0x0301;
constexpr int kTls11 = 0x0302;
constexpr int kTls12 = 0x0303;
constexpr int kTls13 = 0x0304;

class TlsServing : public TlsTest {};

TEST_F(TlsServing, AnswersByBothVersionsAndEndsProperly) {
  serve();
  for (const int version : {kTls12, kTls13}) {
    const std::string answer = ask({.oldest = version, .newest = version});
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("GET /x "))) << version;
  }
}

TEST_F(TlsServing, RefusesOldVersions) {
  serve();
  EXPECT_THAT(refusal({.oldest = kTls10, .newest = kTls10}), HasSubstr("alert protocol version"));
  EXPECT_THAT(refusal({.oldest = kTls11, .newest = kTls11}), HasSubstr("alert protocol version"));
  EXPECT_EQ(tls_->counts().failed, 2U);

  TlsServerOptions modern = options();
  modern.minimum_version = TlsVersion::Tls13;
  tls_->use(TlsServer::read(modern).value());
  EXPECT_THAT(refusal({.oldest = kTls12, .newest = kTls12}), HasSubstr("alert protocol version"));
  EXPECT_EQ(refusal({}), "");
}

TEST_F(TlsServing, KeepsConnectionsAndTakesPipelinedRequests) {
  serve();
  TlsSocket client = connect();
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("GET /2 "), HasSubstr("GET /1 "));
  client.send(kGet);
  EXPECT_THAT(client.read_to_end(), EndsWith("GET /x "));
}

TEST_F(TlsServing, TakesRequestsThatComeByteByByte) {
  serve();
  TlsSocket client = connect();
  for (const char byte : kGet) client.send({&byte, 1});
  EXPECT_THAT(client.read_to_end(), EndsWith("GET /x "));
}

TEST_F(TlsServing, ShowsTheCertificateOfTheNameThatIsAskedFor) {
  const Issued api =
      authority_.issue("api", {.names = {"DNS:api.shop.example", "DNS:*.api.shop.example"}});
  const Issued wide = authority_.issue("wide", {.names = {"DNS:*.shop.example"}});
  serve({.certificates = {files_of(shop_), files_of(wide), files_of(api)}});

  EXPECT_EQ(connect().peer_name(), "shop");
  EXPECT_EQ(connect({.server_name = "api.shop.example"}).peer_name(), "api")
      << "an exact name comes before a wildcard";
  EXPECT_EQ(connect({.server_name = "API.Shop.Example"}).peer_name(), "api");
  EXPECT_EQ(connect({.server_name = "v2.api.shop.example"}).peer_name(), "api");
  EXPECT_EQ(connect({.server_name = "www.shop.example"}).peer_name(), "wide");
  EXPECT_THAT(refusal({.server_name = "a.b.shop.example"}), HasSubstr("certificate verify failed"))
      << "a wildcard is one label; who is unknown is shown the first";
}

TEST_F(TlsServing, AgreesOnHttp11AndOnNothingThatItDoesNotSpeak) {
  std::atomic<bool> told = false;
  serve(options(), [&](std::shared_ptr<Exchange> exchange) {
    told = exchange->tls()->protocol == "http/1.1";
    exchange->respond(text("ok"));
  });
  TlsSocket both = connect({.protocols = "\x02h2\x08http/1.1"});
  EXPECT_EQ(both.protocol(), "http/1.1");
  both.send(kGet);
  EXPECT_THAT(both.read_to_end(), EndsWith("ok"));
  EXPECT_TRUE(told);
  EXPECT_THAT(refusal({.protocols = "\x02h2"}), HasSubstr("alert no application protocol"));
}

TEST_F(TlsServing, TellsTheApplicationHowARequestCame) {
  serve(options(), [](std::shared_ptr<Exchange> exchange) {
    const TlsPeer& peer = *exchange->tls();
    exchange->respond(
        text(peer.version + " " + peer.server_name + " " + (peer.client ? "somebody" : "nobody")));
  });
  EXPECT_THAT(ask(), EndsWith("TLSv1.3 localhost nobody"));

  Handling plain([](std::shared_ptr<Exchange> exchange) {
    exchange->respond(text(exchange->tls() == nullptr ? "plain" : "tls"));
  });
  Server server({.loops = 1}, plain);
  server.start();
  RawSocket client(server.port());
  client.send(kGet);
  EXPECT_THAT(client.read_to_end(), EndsWith("plain"));
}

/// With the client's certificate in the answer.
class ClientCertificate : public TlsTest {
 protected:
  TlsServerOptions asking(ClientCertificates wanted) const {
    TlsServerOptions asking = options();
    asking.client_certificates = wanted;
    asking.client_ca_file = partners_.file();
    return asking;
  }
  void serve_asking(ClientCertificates wanted) {
    serve(asking(wanted), [](std::shared_ptr<Exchange> exchange) {
      const auto& client = exchange->tls()->client;
      std::string who = client ? client->subject : "nobody";
      for (const std::string& name : client ? client->names : std::vector<std::string>{}) {
        who += " " + name;
      }
      exchange->respond(text(who));
    });
  }

  Authority partners_{folder_.path(), "partners"};
  Issued ann_ = partners_.issue("ann", {.names = {"URI:spiffe://example/ann", "email:a@example"}});
  Issued stranger_ = authority_.issue("stranger", {});
  Issued late_ = partners_.issue("late", {.valid_from_hours = -9, .valid_to_hours = -1});
};

TEST_F(ClientCertificate, SaysWhoTheClientIs) {
  serve_asking(ClientCertificates::Required);
  for (const int version : {kTls12, kTls13}) {
    EXPECT_THAT(ask({.own = &ann_, .newest = version}),
                EndsWith("CN=ann uri:spiffe://example/ann email:a@example"));
  }
}

TEST_F(ClientCertificate, ThatIsRequiredMustBeThereAndGood) {
  serve_asking(ClientCertificates::Required);
  for (const int version : {kTls12, kTls13}) {
    EXPECT_THAT(refusal({.newest = version}), AnyOf(HasSubstr("alert certificate required"),
                                                    HasSubstr("alert handshake failure")));
    EXPECT_THAT(refusal({.own = &stranger_, .newest = version}), HasSubstr("alert unknown ca"));
    EXPECT_THAT(refusal({.own = &late_, .newest = version}),
                HasSubstr("alert certificate expired"));
  }
  EXPECT_EQ(tls_->counts().failed, 6U);
}

TEST_F(ClientCertificate, ThatIsOptionalMayBeMissingButNotBad) {
  serve_asking(ClientCertificates::Optional);
  EXPECT_THAT(ask(), EndsWith("nobody"));
  EXPECT_THAT(ask({.own = &ann_}), HasSubstr("CN=ann"));
  EXPECT_THAT(refusal({.own = &stranger_}), HasSubstr("alert unknown ca"));
}

TEST_F(ClientCertificate, ThatNobodyAskedForSaysNothing) {
  serve_asking(ClientCertificates::Off);
  EXPECT_THAT(ask({.own = &ann_}), EndsWith("nobody"));
}

TEST_F(ClientCertificate, IsKnownAgainWhenItsSessionIsResumed) {
  serve_asking(ClientCertificates::Required);
  for (const int version : {kTls12, kTls13}) {
    TlsSocket first = connect({.own = &ann_, .newest = version});
    first.send(kGet);
    first.read_to_end();
    TlsSocket second = connect({.own = &ann_, .newest = version, .resumes = &first});
    second.send(kGet);
    EXPECT_THAT(second.read_to_end(), HasSubstr("CN=ann"));
    EXPECT_TRUE(second.resumed());
  }
}

TEST_F(ClientCertificate, IsNotResumedPastAChangeOfWhoMaySignIt) {
  serve_asking(ClientCertificates::Optional);
  TlsSocket first = connect({.own = &ann_});
  first.send(kGet);
  first.read_to_end();

  TlsServerOptions others = asking(ClientCertificates::Optional);
  others.client_ca_file = authority_.file();
  tls_->use(TlsServer::read(others).value());

  TlsSocket second = connect({.resumes = &first});
  second.send(kGet);
  EXPECT_THAT(second.read_to_end(), EndsWith("nobody"));
  EXPECT_FALSE(second.resumed());
}

TEST_F(TlsServing, ResumesSessionsOnAllLoopsAndAcrossAReload) {
  serve();
  for (const int version : {kTls12, kTls13}) {
    TlsSocket first = connect({.newest = version});
    first.send(kGet);
    first.read_to_end();
    EXPECT_FALSE(first.resumed());
    for (int i = 0; i < 6; ++i) {
      if (i == 3) {
        ASSERT_TRUE(tls_->reload());
      }
      TlsSocket next = connect({.newest = version, .resumes = &first});
      next.send(kGet);
      EXPECT_THAT(next.read_to_end(), EndsWith("GET /x "));
      EXPECT_TRUE(next.resumed()) << version << " " << i;
    }
  }
  const auto counts = tls_->counts();
  EXPECT_EQ(counts.handshakes, 14U);
  EXPECT_EQ(counts.resumed, 12U);
}

TEST_F(TlsServing, TellsWhoSpeaksPlainHttpToUseTls) {
  serve();
  for (const std::string_view method : {"GET", "DELETE", "OPTIONS"}) {
    RawSocket client(port());
    client.send(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(20'000, 'x'));
    EXPECT_THAT(
        client.read_to_end(),
        AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("http.plain_on_tls"),
              HasSubstr("Connection: close"), HasSubstr("X-Request-Id: "), Not(HasSubstr("<"))))
        << method;
  }
  EXPECT_EQ(tls_->counts().failed, 3U);
  server_->drain(5s);
  const std::string told = application_->refusals();
  EXPECT_EQ(std::ranges::count(told, '\n'), 3) << told;
  EXPECT_THAT(told, StartsWith("http.plain_on_tls "));
}

TEST_F(TlsServing, EndsWithWhoSpeaksNonsense) {
  serve();
  RawSocket client(port());
  client.send(std::string("\x16\x03\x01\x00\x05hello, what is this?", 25));
  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("\x15\x03")) << "an alert";
  EXPECT_THAT(answer, Not(HasSubstr("<")));
}

TEST_F(TlsServing, CutsASlowHandshakeAtItsDeadline) {
  ServerOptions server;
  server.head_timeout = 100ms;
  serve(options(), echo, std::move(server));
  const auto start = std::chrono::steady_clock::now();
  RawSocket silent(port());
  RawSocket slow(port());
  slow.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00", 7));
  std::atomic<bool> done = false;
  // A byte now and then does not help.
  std::jthread drip([&] {
    while (!done) {
      slow.send(std::string_view("\x01", 1));
      std::this_thread::sleep_for(20ms);
    }
  });
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_THAT(slow.read_to_end(), AnyOf("", "<reset>"));
  done = true;
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
  while (server_->connections() != 0 && std::chrono::steady_clock::now() - start < 3s) {
    std::this_thread::yield();
  }
  EXPECT_EQ(server_->connections(), 0U);
}

/// Sends the body back piece by piece, never holding more than one.
class SendBack : public std::enable_shared_from_this<SendBack> {
 public:
  explicit SendBack(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  void start() {
    exchange_->begin({}, exchange_->framing());
    next();
  }

 private:
  void next() {
    exchange_->read_body([self = shared_from_this()](std::expected<BodyPiece, Refusal> piece) {
      if (!piece) return;
      if (piece->last) return self->exchange_->finish();
      self->exchange_->write(piece->bytes, [self](bool sent) {
        if (sent) self->next();
      });
    });
  }
  std::shared_ptr<Exchange> exchange_;
};

TEST_F(TlsServing, StreamsBothWaysWithBackPressure) {
  serve(options(), [](std::shared_ptr<Exchange> exchange) {
    std::make_shared<SendBack>(std::move(exchange))->start();
  });
  std::string body;
  while (body.size() < 3'000'000) body += std::to_string(body.size()) + ",";
  // One connection, two threads: OpenSSL's own sockets cannot do that, curl can.
  const std::string file = (folder_.path() / "body").string();
  {
    std::ofstream out(file);
    out << body;
  }
  for (const std::string encoding : {"Content-Type: text/plain", "Transfer-Encoding: chunked"}) {
    const auto ran = test::run_program(
        {"curl", "-sS", "--cacert", authority_.file(), "-H", "Expect:", "-H", encoding, "-T", file,
         "--limit-rate", "30M", "https://localhost:" + std::to_string(port()) + "/"},
        30s);
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_TRUE(ran.output == body) << encoding << ": " << ran.output.size() << " of "
                                    << body.size() << ran.output.substr(0, 300);
  }
}

TEST_F(TlsServing, SendsALargeAnswerToASlowReader) {
  serve(options(), [](std::shared_ptr<Exchange> exchange) {
    exchange->respond(text(std::string(5'000'000, 'y')));
  });
  TlsSocket client = connect({.receive_buffer = 4096});
  client.send(kGet);
  const std::string answer = client.read_to_end();
  EXPECT_EQ(std::ranges::count(answer, 'y'), 5'000'000);
  EXPECT_THAT(answer.substr(answer.size() - 5), "yyyyy");
}

TEST_F(TlsServing, CutsAnAnswerThatEndsShortWithoutCloseNotify) {
  serve(options(), [](std::shared_ptr<Exchange> exchange) {
    exchange->begin({}, Framing::until_close());
    exchange->write("abc", [exchange](bool) { exchange->abort(); });
  });
  const std::string answer = ask();
  EXPECT_THAT(answer, HasSubstr("<")) << "it must not look complete";
}

TEST_F(TlsServing, NoticesThatTheClientWentAway) {
  std::promise<void> began;
  std::promise<void> aborted;
  std::mutex mutex;
  std::shared_ptr<Exchange> kept;
  serve(options(), [&](std::shared_ptr<Exchange> exchange) {
    exchange->on_abort([&] { aborted.set_value(); });
    const std::lock_guard lock(mutex);
    kept = std::move(exchange);
    began.set_value();
  });
  TlsSocket client = connect();
  client.send(kGet);
  ASSERT_EQ(began.get_future().wait_for(5s), std::future_status::ready);
  client.cut();
  EXPECT_EQ(aborted.get_future().wait_for(5s), std::future_status::ready);
  const std::lock_guard lock(mutex);
  kept.reset();
}

TEST_F(TlsServing, DrainsIdleConnectionsWithCloseNotify) {
  serve();
  TlsSocket idle = connect();
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read_until("GET / ");
  server_->drain(2s);
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST_F(TlsServing, HasPlainListenersBesideTheOthers) {
  ServerOptions server;
  server.listen = {{"127.0.0.1", 0}, {"127.0.0.1", 0}};
  serve(options(), echo, std::move(server));
  EXPECT_THAT(ask(), EndsWith("GET /x "));
  RawSocket plain(server_->port(1));
  plain.send(kGet);
  EXPECT_THAT(plain.read_to_end(), EndsWith("GET /x "));
}

TEST_F(TlsServing, ClosesWhoIsTooManyAtOnce) {
  ServerOptions server;
  server.max_connections = 1;
  serve(options(), echo, std::move(server));
  TlsSocket first = connect();
  EXPECT_EQ(RawSocket(port()).read_to_end(), "");
}

TEST_F(TlsServing, UnderstandsCurlAndOpenssl) {
  serve();
  const std::string at = "localhost:" + std::to_string(port());
  const auto curl = test::run_program(
      {"curl", "-sS", "--cacert", authority_.file(), "-d", "hello", "https://" + at + "/curl"},
      20s);
  EXPECT_EQ(curl.output, "POST /curl hello");
  const auto stranger = test::run_program({"curl", "-sS", "https://" + at + "/"}, 20s);
  EXPECT_EQ(stranger.exit_code, 60) << "curl does not know our authority: " << stranger.output;

  const std::string ask =
      R"(printf 'GET /openssl HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' | )"
      "openssl s_client -quiet -ign_eof -verify_return_error -verify_hostname localhost "
      "-servername localhost -CAfile " +
      authority_.file() + " -connect " + at;
  for (const std::string version : {" -tls1_2", " -tls1_3"}) {
    const auto openssl = test::run_program({"sh", "-c", ask + version}, 20s);
    EXPECT_EQ(openssl.exit_code, 0);
    EXPECT_THAT(openssl.output, HasSubstr("GET /openssl ")) << openssl.output;
  }
  // Renegotiation would be free work for the client.
  const auto renegotiation = test::run_program(
      {"sh", "-c", "(echo R; sleep 1) | openssl s_client -tls1_2 -connect " + at}, 20s);
  EXPECT_THAT(renegotiation.output,
              AnyOf(HasSubstr("no renegotiation"), HasSubstr("alert handshake failure")));
}

}  // namespace
}  // namespace banyan::http
