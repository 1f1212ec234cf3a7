// SPDX-License-Identifier: Apache-2.0
#include "banyan/digest/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "banyan/kernel/hex.hpp"

namespace banyan {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  }
  std::string digits;
  for (unsigned int i = 0; i < size; ++i) append_hex(digits, digest[i], 2);
  return digits;
}

}  // namespace banyan
