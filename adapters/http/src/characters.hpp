// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace banyan::http {

namespace character {
inline constexpr std::uint8_t kToken = 1;        ///< RFC 9110 tchar
inline constexpr std::uint8_t kValue = 2;        ///< field-vchar, SP, HTAB, obs-text
inline constexpr std::uint8_t kTarget = 4;       ///< VCHAR without '#'
inline constexpr std::uint8_t kHost = 8;         ///< reg-name: unreserved, sub-delims, '%'
inline constexpr std::uint8_t kUtf8Target = 16;  ///< kTarget, or a byte of UTF-8 beyond ASCII

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    const auto among = [c](std::string_view set) {
      return c < 128 && set.find(static_cast<char>(c)) != std::string_view::npos;
    };
    std::uint8_t bits = 0;
    if (letter || digit || among("!#$%&'*+-.^_`|~")) bits |= kToken;
    if (c == '\t' || (c >= 0x20 && c != 0x7F)) bits |= kValue;
    if (c > 0x20 && c < 0x7F && c != '#') bits |= kTarget;
    if (c > 0x20 && c != 0x7F && c != '#') bits |= kUtf8Target;
    if (letter || digit || among("-._~!$&'()*+,;=%")) bits |= kHost;
    classes[c] = bits;
  }
  return classes;
}
inline constexpr std::array<std::uint8_t, 256> kClasses = make_classes();
}  // namespace character

constexpr bool is(char c, std::uint8_t kind) noexcept {
  return (character::kClasses[static_cast<unsigned char>(c)] & kind) != 0;
}

constexpr bool all(std::string_view text, std::uint8_t kind) noexcept {
  for (const char c : text) {
    if (!is(c, kind)) return false;
  }
  return true;
}

/// Of eight bytes those that are not between 0x20 and 0x7E, by their highest bit: a byte below 0x20
/// borrows, a 0x7F and all above have (or get, by adding one) their highest bit set. The borrow may
/// mark the byte after a marked one too: only the first mark is to be relied on.
inline std::uint64_t invisible_of_eight(const char* at) noexcept {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101ULL;
  constexpr std::uint64_t kHigh = kOnes * 0x80;
  std::uint64_t eight = 0;
  std::memcpy(&eight, at, sizeof eight);
  if constexpr (std::endian::native == std::endian::big) eight = std::byteswap(eight);
  const std::uint64_t low = (eight - kOnes * 0x20) & ~eight;
  const std::uint64_t high = eight | ((eight & ~kHigh) + kOnes);
  return (low | high) & kHigh;
}

/// The first byte that is not between 0x20 and 0x7E.
inline const char* skip_visible(const char* at, const char* end) noexcept {
  const char* const begin = at;
  for (; end - at >= 8; at += 8) {
    if (const std::uint64_t marks = invisible_of_eight(at)) return at + std::countr_zero(marks) / 8;
  }
  // A short rest is looked at together with what is before it.
  if (at != end && end - begin >= 8) {
    const std::uint64_t marks = invisible_of_eight(end - 8);
    return marks == 0 ? end : end - 8 + std::countr_zero(marks) / 8;
  }
  while (at != end && *at >= 0x20 && *at != 0x7F) ++at;
  return at;
}

inline const char* skip_value(const char* at, const char* end) noexcept {
  while (true) {
    at = skip_visible(at, end);
    if (at == end || !is(*at, character::kValue)) return at;
    ++at;  // a tab, or obs-text
  }
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace banyan::http
