// SPDX-License-Identifier: Apache-2.0
#include "kernel/id.hpp"

#include "kernel/hex.hpp"

namespace banyan {
namespace {
constexpr std::size_t kUuidDigits = 32;
}

std::string make_uuid7(Timestamp now, Random& random) {
  const auto millis = static_cast<std::uint64_t>(now.micros / 1000);
  std::string text;
  text.reserve(kUuidDigits);
  append_hex(text, millis, 12);
  append_hex(text, 0x7000U | (random.next() & 0x0FFFU), 4);              // version 7
  append_hex(text, 0x8000'0000'0000'0000U | (random.next() >> 2U), 16);  // variant 10
  return text;
}

bool is_id(std::string_view prefix, std::string_view text) {
  return text.size() == prefix.size() + 1 + kUuidDigits && text.starts_with(prefix) &&
         text[prefix.size()] == '_' && is_lower_hex(text.substr(prefix.size() + 1));
}

}  // namespace banyan
