// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// How text stands inside the quotes of a JSON string (RFC 8259 §7), for all who write JSON without
/// the codec: one place decides what is escaped. Nobody writes the quotes for you.
namespace banyan {

/// Whether a byte may not stand in a JSON string as it is: controls, the quote, the backslash.
constexpr bool needs_json_escape(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// Its escape: \n, \r, \t, \" and \\, else \u00XX.
void append_json_escape(std::string& out, char c);

/// Text that is known to be UTF-8.
void append_json_text(std::string& out, std::string_view text);

/// Text of any bytes, such as a stranger's header: what is not printable ASCII becomes \u00XX,
/// byte by byte, so that the whole is valid whatever it was.
void append_json_ascii(std::string& out, std::string_view text);

/// The text with the quotes around it.
std::string json_string(std::string_view utf8);

}  // namespace banyan
