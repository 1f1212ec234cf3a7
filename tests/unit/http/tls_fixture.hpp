// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "banyan/http/server.hpp"
#include "banyan/http/tls.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "sockets.hpp"
#include "support/certificates.hpp"
#include "support/tls_socket.hpp"

namespace banyan::http {

using test::Authority;
using test::Issued;
using test::TlsFailure;
using test::TlsSocket;

inline TlsCertificate files_of(const Issued& issued) {
  return {issued.chain_file, issued.key_file};
}

inline Response text(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

/// Answers with the method, the target and the body.
inline void echo(std::shared_ptr<Exchange> exchange) {
  exchange->collect_body(16 << 20, [exchange](std::expected<std::string, Refusal> body) {
    if (!body) return;
    exchange->respond(text(exchange->head().method + " " + exchange->head().target + " " + *body));
  });
}

class Handling final : public Application {
 public:
  using Handler = std::function<void(std::shared_ptr<Exchange>)>;
  explicit Handling(Handler handler) : handler_(std::move(handler)) {}
  void handle(std::shared_ptr<Exchange> exchange) override { handler_(std::move(exchange)); }
  void refused(const RefusedRequest& request, Response& answer) override {
    const std::lock_guard lock(mutex_);
    refusals_ += request.refusal.name + ' ' + request.id + ' ' + answer.body + '\n';
  }
  std::string refusals() {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }

 private:
  std::mutex mutex_;
  std::string refusals_;
  Handler handler_;
};

/// An authority, a certificate for localhost, and a server that shows it.
class TlsTest : public testing::Test {
 protected:
  static constexpr std::string_view kGet =
      "GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

  TlsServerOptions options() const { return {.certificates = {files_of(shop_)}}; }

  /// Or the problems, one a line.
  static std::string problems_of(const TlsServerOptions& options) {
    const auto read = TlsServer::read(options);
    return read ? "" : to_string(read.error());
  }

  void serve(const TlsServerOptions& options, Handling::Handler handler = echo,
             ServerOptions server = {}) {
    auto read = TlsServer::read(options);
    ASSERT_TRUE(read) << to_string(read.error());
    tls_ = std::make_shared<TlsServer>(std::move(*read));
    application_ = std::make_unique<Handling>(std::move(handler));
    if (server.loops == 0) server.loops = 2;
    server.tls = {tls_};
    server_ = std::make_unique<Server>(std::move(server), *application_);
    server_->start();
  }
  void serve() { serve(options()); }

  std::uint16_t port() const { return server_->port(); }
  /// Verifies, unless told otherwise.
  TlsSocket connect(TlsSocket::Options options = {}) const {
    if (options.authority.empty()) options.authority = authority_.file();
    if (options.server_name.empty()) options.server_name = "localhost";
    return {port(), options};
  }
  std::string ask(const TlsSocket::Options& options = {}) const {
    TlsSocket socket = connect(options);
    socket.send(kGet);
    return socket.read_to_end();
  }
  /// Why a connection does not come about; "" when it does.
  std::string refusal(const TlsSocket::Options& options) const {
    try {
      // By TLS 1.3 the client has finished before the server has judged it.
      const std::string answer = ask(options);
      return answer.starts_with("HTTP/") ? "" : answer;
    } catch (const TlsFailure& failure) {
      return failure.what();
    }
  }

  test::TemporaryFolder folder_;
  Authority authority_{folder_.path()};
  Issued shop_ = authority_.issue("shop", {.names = {"DNS:localhost", "IP:127.0.0.1"}});
  std::shared_ptr<TlsServer> tls_;
  std::unique_ptr<Handling> application_;
  std::unique_ptr<Server> server_;
};

}  // namespace banyan::http
