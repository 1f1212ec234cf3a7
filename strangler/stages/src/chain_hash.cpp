// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "stages/control_store.hpp"

namespace banyan::strangler {
namespace {

// The length goes before each field, so that no text can be shifted from one field into the next.
void append(std::string& text, std::string_view field) {
  text += std::to_string(field.size());
  text += ':';
  text += field;
  text += '\n';
}

}  // namespace

std::string chain_hash(const LogEntry& entry) {
  std::string text = "banyan switch log " + std::to_string(entry.format) + '\n';
  append(text, std::to_string(entry.seq));
  append(text, std::to_string(entry.time.micros));
  append(text, entry.module);
  append(text, entry.who);
  append(text, entry.why);
  append(text, entry.before);
  append(text, entry.after);
  append(text, entry.evidence);
  append(text, entry.previous_hash);

  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 15U];
  }
  return hex;
}

}  // namespace banyan::strangler
