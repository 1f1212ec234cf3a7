// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <mutex>
#include <optional>

#include "banyan/kernel/clock.hpp"

namespace banyan::http {

/// How long a session may be resumed.
inline constexpr std::chrono::seconds kTlsSessionLife{3600};

/// The keys that tickets are sealed with, so that a session can be resumed on any loop and after a
/// reload. Each seals for as long as a session lives and opens for as long again, then it is
/// forgotten: what was recorded cannot be read by whoever breaks in later. Safe for concurrent use.
class TlsTickets {
 public:
  TlsTickets();

  /// As SSL_CTX_set_tlsext_ticket_key_evp_cb(3) wants it.
  int key(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
          bool sealing);

 private:
  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
  };
  static Key make();
  void turn_over();

  std::mutex mutex_;
  Key now_;
  std::optional<Key> before_;
  SteadyTime since_;
};

}  // namespace banyan::http
