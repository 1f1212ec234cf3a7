// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"

namespace banyan::http {

struct TlsPeer;

/// What came of an attempt to read or write.
struct Moved {
  enum class Kind : std::uint8_t {
    Some,     ///< `bytes` of them
    Blocked,  ///< none now; the reactor will tell
    End,      ///< the peer will send no more, and said so properly
    Broken,   ///< the connection is of no more use
  };
  Kind kind = Kind::Blocked;
  std::size_t bytes = 0;
};

/// What comes after the bytes that are written.
enum class Then : std::uint8_t {
  Nothing,  ///< or nobody knows yet
  End,      ///< shut_sending(), at once: they may wait for it and go in the same packet
};

/// A request that was refused before any byte of it got through, and what it was told.
struct EarlyRefusal {
  Refusal refusal;
  std::string id;  ///< X-Request-Id
  Response answer;
};

/// How bytes get through a socket. Never blocks. What is Blocked is tried again after whatever the
/// reactor tells next, since TLS may have to read in order to write.
class TransportSocket {
 public:
  virtual ~TransportSocket() = default;
  /// What must have been said on a new connection before anything is written: Some when it has.
  virtual Moved greet(int) { return {Moved::Kind::Some, 0}; }
  virtual Moved read(int socket, std::span<char> into) = 0;
  virtual Moved write(int socket, std::span<const std::string_view> parts, Then then) = 0;
  /// Tells the peer that no more comes.
  virtual void shut_sending(int socket) = 0;
  /// Whether a read that brought less than there was room for has left nothing behind, and reading
  /// and writing have nothing to do with each other. Not the same at all times.
  virtual bool short_read_means_dry() const noexcept = 0;
  /// Who is on the other side; null before that is known, and without TLS.
  virtual const TlsPeer* tls_peer() const noexcept { return nullptr; }
  /// When a request was refused here; null otherwise.
  virtual const EarlyRefusal* early_refusal() const noexcept { return nullptr; }
  /// Why it is Broken, for people; "" when nothing but the socket is to blame.
  virtual std::string trouble() const { return {}; }
};

/// Whether nothing has come that was not read yet, be it the end. Costs a system call.
bool nothing_to_read(int socket) noexcept;

/// The socket itself. Has no state: one for all.
class PlainTransportSocket final : public TransportSocket {
 public:
  static PlainTransportSocket& instance();
  Moved read(int socket, std::span<char> into) override;
  Moved write(int socket, std::span<const std::string_view> parts, Then then) override;
  void shut_sending(int socket) override;
  bool short_read_means_dry() const noexcept override { return true; }
};

}  // namespace banyan::http
