// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/tls.hpp"
#include "tls_handles.hpp"
#include "transport_socket.hpp"

namespace banyan::http {

/// TLS between a socket and the bytes of a SocketConnection.
///
/// OpenSSL reads straight from the socket; what it writes is gathered here and given to the kernel
/// in one go. So a write never stops halfway inside OpenSSL, and the bytes of a caller count as
/// moved when the last record that holds one of them is with the kernel, as those of a plain socket
/// do.
class TlsTransportSocket final : public TransportSocket {
 public:
  /// For a connection that was accepted. The handshake is part of the first reads; who fails in it
  /// is told why, by an alert or, if it was HTTP without TLS, by a plain 400.
  static std::unique_ptr<TlsTransportSocket> accepting(std::shared_ptr<TlsServer::Shared> server);
  /// For a connection to `endpoint`.
  static std::unique_ptr<TlsTransportSocket> asking(TlsClient::Context client,
                                                    const Endpoint& endpoint);
  ~TlsTransportSocket() override;

  Moved greet(int socket) override;
  Moved read(int socket, std::span<char> into) override;
  Moved write(int socket, std::span<const std::string_view> parts, Then then) override;
  void shut_sending(int socket) override;
  bool short_read_means_dry() const noexcept override {
    return phase_ == Phase::Established && !end_ && unsent().empty();
  }
  const TlsPeer* tls_peer() const noexcept override { return peer_.get(); }
  const EarlyRefusal* early_refusal() const noexcept override { return early_refusal_.get(); }
  std::string trouble() const override { return trouble_; }

 private:
  enum class Flushed : std::uint8_t { All, Part, Broken };
  enum class Phase : std::uint8_t {
    Silent,       ///< nothing has come yet
    Handshaking,  ///< something has
    PlainHttp,    ///< but it is HTTP without TLS, so that the handshake will fail
    Established,
    Refused,  ///< a client whose handshake has failed: only read from, until it goes
  };
  /// What may still be written.
  enum class WriteSide : std::uint8_t {
    Open,
    Shut,  ///< we have said that no more comes, or will when what is left has gone
    Deaf,  ///< the peer takes no more
  };
  struct Bio;

  TlsTransportSocket(SslHandle ssl, std::shared_ptr<TlsServer::Shared> server,
                     TlsClient::Context client, Endpoint endpoint);

  Moved shake_hands();
  void shaken();
  void turn_away();
  Moved read_waste();
  /// What the last call to OpenSSL has come to.
  Moved::Kind outcome(int result);
  Moved settle();
  Flushed flush();
  std::string_view unsent() const noexcept { return std::string_view(out_).substr(flushed_); }

  SslHandle ssl_;
  std::shared_ptr<TlsServer::Shared> server_;  ///< or
  TlsServer::Context server_context_;          ///< during the handshake, which looks into it
  TlsClient::Context client_;
  Endpoint endpoint_;
  std::unique_ptr<const TlsPeer> peer_;
  std::unique_ptr<const EarlyRefusal> early_refusal_;  ///< of HTTP without TLS
  std::string trouble_;

  int socket_ = -1;
  Phase phase_ = Phase::Silent;
  WriteSide write_side_ = WriteSide::Open;
  bool drained_ = false;       ///< the last read did not fill what there was room for
  bool has_some_ = false;      ///< this call has something to show already
  bool socket_ended_ = false;  ///< by a FIN, be it proper or not
  std::optional<Moved::Kind> end_;
  std::size_t wasted_ = 0;

  std::string out_;
  std::size_t flushed_ = 0;
  /// Bytes of the caller that have been put into out_, for which write() is still to answer. Not
  /// over when out_ is empty: a read sends what is left there too.
  std::size_t owed_ = 0;
  bool untold_ = false;  ///< the kernel took some of those, which write() has not told
};

}  // namespace banyan::http
