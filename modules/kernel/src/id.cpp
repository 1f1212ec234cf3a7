// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/id.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "banyan/kernel/hex.hpp"

namespace banyan {
namespace {

constexpr std::size_t kUuidDigits = 32;

// What a UUIDv7 sorts by, without its version: 48 bits of milliseconds, then 12 more.
std::uint64_t rank_of(std::string_view digits) {
  std::uint64_t head = 0;
  std::from_chars(digits.data(), digits.data() + 16, head, 16);
  const std::uint64_t millis = head >> 16U;
  // Another version sorts by its digit: everything of its millisecond counts as before.
  const bool is_v7 = ((head >> 12U) & 0xFU) == 7;
  return (millis << 12U) | (is_v7 ? head & 0x0FFFU : 0x0FFFU);
}

std::string uuid7_of(std::uint64_t rank, Random& random) {
  std::string text;
  text.reserve(kUuidDigits);
  append_hex(text, rank >> 12U, 12);
  append_hex(text, 0x7000U | (rank & 0x0FFFU), 4);                       // version 7
  append_hex(text, 0x8000'0000'0000'0000U | (random.next() >> 2U), 16);  // variant 10
  return text;
}

std::uint64_t rank_at(Timestamp now, Random& random) {
  return (static_cast<std::uint64_t>(now.micros / 1000) << 12U) | (random.next() & 0x0FFFU);
}

}  // namespace

std::string make_uuid7(Timestamp now, Random& random) {
  return uuid7_of(rank_at(now, random), random);
}

std::string make_uuid7_after(std::string_view previous, Timestamp now, Random& random) {
  return uuid7_of(std::max(rank_at(now, random), rank_of(previous) + 1), random);
}

bool is_id(std::string_view prefix, std::string_view text) {
  return text.size() == prefix.size() + 1 + kUuidDigits && text.starts_with(prefix) &&
         text[prefix.size()] == '_' && is_lower_hex(text.substr(prefix.size() + 1));
}

}  // namespace banyan
