// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What may be kept of a password: its Argon2id hash (RFC 9106), as libsodium makes it. Nothing
/// here is ever to be logged, neither the password nor the hash.
namespace banyan::security {

/// What one hash costs whoever computes it, and whoever guesses.
struct PasswordCost {
  unsigned long long passes = 2;           ///< over the memory, at least 1
  std::size_t memory = 64U * 1024 * 1024;  ///< bytes, at least 8 KiB
};

/// For people who wait: 64 MiB, twice over; some 80 ms (libsodium's "interactive").
inline constexpr PasswordCost kInteractive{};

/// As little as Argon2id can do: for tests and demonstrations.
inline constexpr PasswordCost kCheapest{.passes = 1, .memory = 8U * 1024};

/// The hash with its salt and its cost: "$argon2id$v=19$m=65536,t=2,p=1$…". Another one every time.
/// Throws std::bad_alloc when there is not so much memory.
std::string hash_password(std::string_view password, const PasswordCost& cost);

/// Is the hash made of this password? Takes as long as making it, whatever comes of it. False for
/// what is no hash.
bool verify_password(const std::string& hash, std::string_view password);

/// Was the hash made at another cost than this one? Then make it anew when the password is there.
bool needs_rehash(const std::string& hash, const PasswordCost& cost);

}  // namespace banyan::security
