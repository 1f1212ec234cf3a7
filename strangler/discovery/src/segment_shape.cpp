// SPDX-License-Identifier: Apache-2.0
#include "segment_shape.hpp"

#include <algorithm>
#include <array>

#include "banyan/http/target_path.hpp"
#include "banyan/json/utf8.hpp"

namespace banyan::discovery {
namespace {

using std::string_view_literals::operator""sv;

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hexadecimal(char c) {
  return is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::size_t decimals_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, is_decimal));
}

bool all_are(std::string_view text, bool (*kind)(char)) {
  return !text.empty() && std::ranges::all_of(text, kind);
}

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return all_are(text, is_decimal);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hexadecimal(text[i])) return false;
  }
  return true;
}

/// Words such as "facade" are hexadecimal, too, but have no digit.
bool is_hexadecimal_id(std::string_view text) {
  return text.size() >= 8 && all_are(text, is_hexadecimal) && decimals_in(text) > 0;
}

/// "ord_018f3c…", "ORD-2026117".
bool is_prefixed_id(std::string_view text) {
  const std::size_t sign = text.find_first_of("_-");
  if (sign == std::string_view::npos || sign < 1 || sign > 12) return false;
  const std::string_view prefix = text.substr(0, sign);
  const std::string_view rest = text.substr(sign + 1);
  if (!all_are(prefix, is_alpha)) return false;
  if (is_uuid(rest) || (all_are(rest, is_decimal) && rest.size() >= 3)) return true;
  const bool plain =
      std::ranges::all_of(rest, [](char c) { return is_alpha(c) || is_decimal(c) || c == '-'; });
  return plain && rest.size() >= 8 && decimals_in(rest) >= 2 && !rest.contains('-');
}

/// Long, and letters and digits mixed: ULIDs, base 64, sessions.
bool is_token(std::string_view text) {
  const bool plain = std::ranges::all_of(
      text, [](char c) { return is_alpha(c) || is_decimal(c) || c == '-' || c == '_'; });
  return plain && text.size() >= 16 && decimals_in(text) >= 3 &&
         std::ranges::any_of(text, is_alpha);
}

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && decimals_in(text) == 8;
}

bool is_id(std::string_view text) {
  return is_number(text) || is_uuid(text) || is_hexadecimal_id(text) || is_prefixed_id(text) ||
         is_token(text);
}

/// "app.3f9a8b7c.js": a part of it is different with each build.
bool has_hash(std::string_view text) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find_first_of(".-_"));
    if (is_hexadecimal_id(part) || is_token(part)) return true;
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return false;
}

/// "17.json" is 17.
std::string_view without_extension(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.size() - dot > 6) return text;
  return text.substr(0, dot);
}

bool ends_as_a_file(std::string_view text) {
  constexpr auto kEndings = std::to_array<std::string_view>(
      {"avif", "bmp", "css", "eot", "gif", "ico", "jpeg", "jpg",  "js",   "map",  "mjs",  "mp3",
       "mp4",  "ogg", "otf", "png", "svg", "ttf", "wasm", "webm", "webp", "woff", "woff2"});
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(text.substr(dot + 1));
  std::ranges::transform(ending, ending.begin(), http::folded);
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

int hexadecimal_value(char c) {
  if (is_decimal(c)) return c - '0';
  return http::folded(c) - 'a' + 10;
}

/// "%61" is "a"; a "%" that begins no escape is one.
std::string decoded(std::string_view raw) {
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '%' && i + 2 < raw.size() && is_hexadecimal(raw[i + 1]) &&
        is_hexadecimal(raw[i + 2])) {
      text += static_cast<char>(hexadecimal_value(raw[i + 1]) * 16 + hexadecimal_value(raw[i + 2]));
      i += 2;
    } else {
      text += raw[i];
    }
  }
  return text;
}

/// Of what nobody would call a page.
bool is_odd(std::string_view text) {
  constexpr std::size_t kLongestWord = 40;
  if (text.size() > kLongestWord || json::repaired(text) != text) return true;
  return !std::ranges::all_of(text, [](char c) {
    const bool beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
    return is_alpha(c) || is_decimal(c) || beyond_ascii || "._~-"sv.contains(c);
  });
}

}  // namespace

Segment read_segment(std::string_view raw) {
  Segment segment;
  raw = raw.substr(0, raw.find(';'));
  segment.is_file = ends_as_a_file(raw);
  std::string text = decoded(raw);
  const std::string_view stem = without_extension(text);
  if (is_date(text)) {
    segment.shape = SegmentShape::Date;
  } else if (is_id(text) || is_id(stem)) {
    segment.shape = SegmentShape::Id;
  } else if (is_odd(text) || has_hash(text)) {
    segment.shape = SegmentShape::Value;
  } else {
    segment.text = std::move(text);
  }
  return segment;
}

}  // namespace banyan::discovery
