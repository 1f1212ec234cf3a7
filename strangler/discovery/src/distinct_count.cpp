// SPDX-License-Identifier: Apache-2.0
#include "banyan/discovery/distinct_count.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace banyan::discovery {
namespace {

/// FNV-1a, then mixed: neighbours among addresses have to fall far apart.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdU;
  hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53U;
  return hash ^ (hash >> 33U);
}

}  // namespace

template <std::size_t kRegisters>
void DistinctCounter<kRegisters>::add(std::string_view text) {
  const std::uint64_t hash = hash_of(text);
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(hash | 0xFFU) + 1);
  std::uint8_t& highest = highest_[hash % kRegisters];
  highest = std::max(highest, rank);
}

template <std::size_t kRegisters>
void DistinctCounter<kRegisters>::add(const DistinctCounter& other) {
  for (std::size_t i = 0; i < kRegisters; ++i) {
    highest_[i] = std::max(highest_[i], other.highest_[i]);
  }
}

template <std::size_t kRegisters>
std::uint64_t DistinctCounter<kRegisters>::about() const {
  constexpr double kSize = kRegisters;
  double sum = 0;
  double empty = 0;
  for (const std::uint8_t each : highest_) {
    sum += std::ldexp(1.0, -each);
    if (each == 0) ++empty;
  }
  const double raw = 0.7213 / (1 + 1.079 / kSize) * kSize * kSize / sum;
  const bool few = raw <= 2.5 * kSize && empty > 0;
  return static_cast<std::uint64_t>(std::lround(few ? kSize * std::log(kSize / empty) : raw));
}

template class DistinctCounter<128>;
template class DistinctCounter<1'024>;

}  // namespace banyan::discovery
