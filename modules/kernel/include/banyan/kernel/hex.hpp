// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace banyan {

namespace hex {
/// The eight digits of 32 bits, the highest first. All at once: ids are written with each request.
constexpr std::array<char, 8> eight_digits(std::uint32_t number) noexcept {
  std::uint64_t digits = number;
  digits = (digits | digits << 16U) & 0x0000'FFFF'0000'FFFFU;
  digits = (digits | digits << 8U) & 0x00FF'00FF'00FF'00FFU;
  digits = (digits | digits << 4U) & 0x0F0F'0F0F'0F0F'0F0FU;  // the lowest in the lowest byte
  const std::uint64_t letters = (digits + 0x0606'0606'0606'0606U) >> 4U & 0x0101'0101'0101'0101U;
  digits += 0x3030'3030'3030'3030U + letters * ('a' - '0' - 10);
  if (std::endian::native == std::endian::little) digits = std::byteswap(digits);
  return std::bit_cast<std::array<char, 8>>(digits);
}
}  // namespace hex

/// Sixteen lower-case hexadecimal digits, the highest first.
constexpr void write_hex(std::uint64_t number, std::span<char, 16> to) noexcept {
  const auto high = hex::eight_digits(static_cast<std::uint32_t>(number >> 32U));
  const auto low = hex::eight_digits(static_cast<std::uint32_t>(number));
  std::copy_n(high.data(), high.size(), to.data());
  std::copy_n(low.data(), low.size(), to.data() + high.size());
}

/// The lowest `digits` of them (at most 16).
inline void append_hex(std::string& text, std::uint64_t number, std::size_t digits) {
  std::array<char, 16> all{};
  write_hex(number, all);
  text.append(all.data() + all.size() - digits, digits);
}

constexpr bool is_lower_hex(std::string_view text) noexcept {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace banyan
