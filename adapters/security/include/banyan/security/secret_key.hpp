// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "banyan/kernel/result.hpp"

namespace banyan::security {

/// 32 bytes that only the application knows: whoever has them can say whatever it says. Never
/// logged, never sent.
class SecretKey {
 public:
  static constexpr std::size_t kBytes = 32;

  /// A new one, from the system's randomness.
  static SecretKey make();

  /// The one in the file, which only its owner may read; or, where that is somebody else (as of a
  /// secret that Kubernetes mounts), its group. FailedPrecondition "banyan.bad_key_file" for a file
  /// that is missing, holds none, or that others can read.
  static Result<SecretKey> load(const std::filesystem::path& file);

  /// The same; but the file is made when it is missing, readable by its owner only. Processes that
  /// do so at once get the same.
  static Result<SecretKey> load_or_make(const std::filesystem::path& file);

  const std::array<unsigned char, kBytes>& bytes() const { return bytes_; }
  friend bool operator==(const SecretKey&, const SecretKey&) = default;

 private:
  std::array<unsigned char, kBytes> bytes_{};
};

/// HMAC-SHA-256 (RFC 2104) of the text under the key, in base 64 for URLs. `purpose` keeps what is
/// said in one place from being repeated in another.
std::string mac_of(const SecretKey& key, std::string_view purpose, std::string_view text);

/// Compares in a time that does not depend on where they differ.
bool same_secret(std::string_view left, std::string_view right);

/// 16 random bytes, in base 64 for URLs.
std::string random_token();

}  // namespace banyan::security
