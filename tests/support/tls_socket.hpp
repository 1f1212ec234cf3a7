// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/certificates.hpp"

namespace banyan::test {

/// A handshake that failed; what() has OpenSSL's reason.
struct TlsFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A blocking TLS connection over loopback that does exactly what it is told, polite or not. Gives
/// up after five seconds.
class TlsSocket {
 public:
  struct Options {
    std::string authority{};    ///< whom to believe; "": anybody
    std::string server_name{};  ///< asked for, and verified if there is an authority
    const Issued* own = nullptr;
    int oldest = 0;  ///< as OpenSSL numbers the versions: 0x0301 is TLS 1.0
    int newest = 0;
    std::string protocols{};  ///< for ALPN, in its wire form
    const TlsSocket* resumes = nullptr;
    int receive_buffer = 0;
  };

  /// Connects and shakes hands.
  TlsSocket(std::uint16_t port, const Options& options);
  /// Shakes hands with somebody who has connected.
  static TlsSocket accept(int descriptor, const Options& options);
  ~TlsSocket();
  TlsSocket(TlsSocket&& other) noexcept;

  void send(std::string_view bytes);
  std::string read(const std::function<bool(std::string_view)>& enough);
  std::string read_until(std::string_view end);
  /// Ends with "<cut>" when no close_notify came, "<nothing more …>" when nothing at all did.
  std::string read_to_end();

  /// With close_notify.
  void close();
  /// close_notify only.
  void shut_sending();
  /// Without a word: a FIN, as somebody in between could send it.
  void cut();

  bool resumed() const;
  std::string version() const;
  std::string protocol() const;
  /// CN of the other side.
  std::string peer_name() const;

 private:
  struct Parts;
  explicit TlsSocket(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::test
