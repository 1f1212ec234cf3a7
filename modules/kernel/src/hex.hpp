// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace banyan {

// Appends the lowest `digits` hexadecimal digits of the value, most significant first.
inline void append_hex(std::string& out, std::uint64_t value, unsigned digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (unsigned i = digits; i-- > 0;) out += kDigits[(value >> (4 * i)) & 0xFU];
}

inline bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace banyan
