// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "channel.hpp"
#include "http/endpoint.hpp"
#include "http/tls.hpp"
#include "tls_handles.hpp"

namespace banyan::http {

/// TLS between a socket and the bytes of a Wire.
///
/// OpenSSL reads straight from the socket; what it writes is gathered here and given to the kernel
/// in one go. So a write never stops halfway inside OpenSSL, and the bytes of a caller count as
/// moved when the last record that holds one of them is with the kernel, as those of a plain socket
/// do.
class TlsChannel final : public Channel {
 public:
  /// For a connection that was accepted. The handshake is part of the first reads; who fails in it
  /// is told why, by an alert or, if it was HTTP without TLS, by a plain 400.
  static std::unique_ptr<TlsChannel> accepting(std::shared_ptr<TlsServer::Shared> server);
  /// For a connection to `endpoint`.
  static std::unique_ptr<TlsChannel> asking(TlsClient::Context client, const Endpoint& endpoint);
  ~TlsChannel() override;

  Moved greet(int socket) override;
  Moved read(int socket, std::span<char> into) override;
  Moved write(int socket, std::span<const std::string_view> parts, Then then) override;
  void shut_sending(int socket) override;
  bool short_read_means_dry() const noexcept override {
    return established_ && !end_ && unsent().empty();
  }
  const TlsPeer* tls_peer() const noexcept override { return peer_.get(); }
  std::string trouble() const override { return trouble_; }

 private:
  enum class Flushed : std::uint8_t { All, Some, Nothing, Broken };
  struct Bio;

  TlsChannel(SslHandle ssl, std::shared_ptr<TlsServer::Shared> server, TlsClient::Context client,
             Endpoint endpoint);

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
  std::string trouble_;

  int socket_ = -1;
  bool anything_came_ = false;
  bool plain_http_ = false;
  bool established_ = false;
  bool turned_away_ = false;
  bool shut_ = false;
  bool deaf_ = false;          ///< the peer takes no more
  bool drained_ = false;       ///< the last read did not fill what there was room for
  bool has_some_ = false;      ///< this call has something to show already
  bool socket_ended_ = false;  ///< by a FIN, be it proper or not
  std::optional<Moved::Kind> end_;
  std::size_t wasted_ = 0;

  std::string out_;
  std::size_t flushed_ = 0;
  std::size_t owed_ = 0;  ///< bytes of the caller that are in out_
};

}  // namespace banyan::http
