// SPDX-License-Identifier: Apache-2.0
#include "domain/source_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace pages {
namespace {

enum class Reading : std::uint8_t {
  Utf8,
  NearlyUtf8,  ///< each character has as many bytes as its first one says, and some are none
  Latin1,
};

/// How many bytes follow one that begins a character; nothing when it begins none.
std::optional<std::size_t> followers(unsigned char first) {
  if (first < 0x80) return 0;
  if (first < 0xC0) return std::nullopt;
  if (first < 0xE0) return 1;
  if (first < 0xF0) return 2;
  if (first < 0xF8) return 3;
  if (first < 0xFC) return 4;
  if (first < 0xFE) return 5;
  return std::nullopt;
}

bool is_character(std::uint32_t code, std::size_t following) {
  constexpr std::array<std::uint32_t, 4> kLeast = {0, 0x80, 0x800, 0x10000};
  return following < kLeast.size() && code >= kLeast.at(following) && code <= 0x10FFFF &&
         (code < 0xD800 || code > 0xDFFF);
}

Reading reading_of(std::string_view bytes) {
  Reading reading = Reading::Utf8;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto following = followers(first);
    if (!following || bytes.size() - at <= *following) return Reading::Latin1;
    std::uint32_t code = *following == 0 ? first : first & (0x3FU >> *following);
    for (std::size_t i = 1; i <= *following; ++i) {
      const auto next = static_cast<unsigned char>(bytes[at + i]);
      if ((next & 0xC0U) != 0x80) return Reading::Latin1;
      code = (code << 6U) | (next & 0x3FU);
    }
    if (!is_character(code, *following)) reading = Reading::NearlyUtf8;
    at += 1 + *following;
  }
  return reading;
}

std::string from_latin1(std::string_view bytes) {
  std::string text;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    if (byte < 0x80) {
      text += each;
    } else {
      text += static_cast<char>(0xC0U | (byte >> 6U));
      text += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return text;
}

std::string with_plain_line_ends(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool two = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
    if (!two) plain += text[at] == '\r' ? '\n' : text[at];
  }
  return plain;
}

}  // namespace

std::optional<std::string> source_text(std::string bytes) {
  switch (reading_of(bytes)) {
    case Reading::Utf8: break;
    case Reading::NearlyUtf8: return std::nullopt;
    case Reading::Latin1: bytes = from_latin1(bytes); break;
  }
  return bytes.contains('\r') ? with_plain_line_ends(bytes) : std::move(bytes);
}

}  // namespace pages
