// SPDX-License-Identifier: Apache-2.0
#include "tls_tickets.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <span>
#include <stdexcept>

namespace banyan::http {
namespace {

constexpr int kFailed = -1;
constexpr int kUnknown = 0;
constexpr int kGood = 1;
constexpr int kGoodButRenew = 2;

}  // namespace

TlsTickets::TlsTickets() : now_(make()), since_(system_clock().steady()) {}

TlsTickets::Key TlsTickets::make() {
  Key key;
  const auto fill = [](auto& bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
      throw std::runtime_error("OpenSSL has no random numbers");
    }
  };
  fill(key.name);
  fill(key.cipher);
  fill(key.mac);
  return key;
}

void TlsTickets::turn_over() {
  const SteadyTime now = system_clock().steady();
  const auto age = now - since_;
  if (age < kTlsSessionLife) return;
  // A key that nobody used for so long opens nothing that is still valid.
  before_ = age < 2 * kTlsSessionLife ? std::optional(now_) : std::nullopt;
  now_ = make();
  since_ = now;
}

int TlsTickets::key(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                    EVP_MAC_CTX* mac, bool sealing) {
  const std::lock_guard lock(mutex_);
  turn_over();
  const auto named = [name](const Key& key) {
    return std::ranges::equal(key.name, std::span(name, 16));
  };
  Key* key = nullptr;
  if (sealing || named(now_)) {
    key = &now_;
  } else if (before_ && named(*before_)) {
    key = &*before_;
  }
  if (key == nullptr) return kUnknown;
  std::array<char, 7> digest{"SHA256"};
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac.data(), key->mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(mac, parameters.data()) != 1) return kFailed;
  if (!sealing) {
    if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) != 1) {
      return kFailed;
    }
    return key == &now_ ? kGood : kGoodButRenew;
  }
  std::ranges::copy(key->name, name);
  if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return kFailed;
  return EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1
             ? kGood
             : kFailed;
}

}  // namespace banyan::http
