// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/routing.hpp"

namespace banyan {
namespace {

// FNV-1a with a stronger finish: FNV alone leaves the low digits of similar units related.
constexpr std::uint64_t hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t value = seed;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 0x0000'0100'0000'01B3ULL;
  }
  value ^= value >> 32U;
  value *= 0xD6E8'FEB8'6659'FD93ULL;
  value ^= value >> 32U;
  return value;
}

}  // namespace

std::uint32_t sticky_bucket(std::string_view module, std::string_view key) {
  // Seeded by the module, so that the same users are not the guinea pigs of every rollout.
  const std::uint64_t seed = hash(module, 0xCBF2'9CE4'8422'2325ULL);
  return static_cast<std::uint32_t>(hash(key, seed) % 10'000);
}

}  // namespace banyan
