// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace banyan {

/// Sixteen lower-case hexadecimal digits, the highest first.
constexpr void write_hex(std::uint64_t number, std::span<char, 16> to) noexcept {
  for (std::size_t at = to.size(); at-- > 0; number >>= 4U) {
    to[at] = "0123456789abcdef"[number & 0xFU];
  }
}

/// The lowest `digits` of them (at most 16).
inline void append_hex(std::string& text, std::uint64_t number, std::size_t digits) {
  std::array<char, 16> all{};
  write_hex(number, all);
  text.append(all.data() + all.size() - digits, digits);
}

constexpr bool is_lower_hex(std::string_view text) noexcept {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace banyan
