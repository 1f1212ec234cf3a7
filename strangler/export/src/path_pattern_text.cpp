// SPDX-License-Identifier: Apache-2.0
#include "path_pattern_text.hpp"

#include <vector>

namespace banyan::strangler {
namespace {

constexpr std::string_view kParameters = "(?:;[^/]*)?";
constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// What has one spelling: escaped it is refused before the expressions are asked.
bool has_one_spelling(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

/// "C3" so that lower case fits too: "[Cc]3".
std::string digits_of(unsigned char byte) {
  std::string text;
  for (const char digit : {kHex[byte >> 4U], kHex[byte & 15U]}) {
    if (is_digit(digit)) {
      text += digit;
    } else {
      text.append({'[', digit, static_cast<char>(digit - 'A' + 'a'), ']'});
    }
  }
  return text;
}

std::string expression_of(char c) {
  if (c == '.') return "[.]";
  if (has_one_spelling(c)) return {c};
  return "(?:" + expression_of_byte(c) + "|%" + digits_of(static_cast<unsigned char>(c)) + ')';
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> all;
  std::string_view rest = path.substr(1);
  while (true) {
    const std::size_t slash = rest.find('/');
    all.push_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) return all;
    rest.remove_prefix(slash + 1);
  }
}

std::string segment_expression(std::string_view segment, PathParameters parameters) {
  const bool there = parameters == PathParameters::There;
  std::string text;
  if (segment.starts_with('{')) {
    text = there ? "[^/;]+" : "[^/]+";
  } else {
    for (const char c : segment) text += expression_of(c);
  }
  if (there) text += kParameters;
  return text;
}

}  // namespace

std::string expression_of_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
}

std::string visit_expression() { return "[0-9a-f]{32}"; }

std::string expression_of_name(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    if (plain) {
      text += c;
    } else {
      text += expression_of_byte(c);
    }
  }
  return text;
}

std::string segments_expression(std::string_view path) {
  std::string text;
  if (path.empty()) return text;
  for (const std::string_view each : segments_of(path)) {
    text += '/' + segment_expression(each, PathParameters::There);
  }
  return text;
}

std::string path_expression(const Route& route, PathParameters parameters) {
  std::string text;
  const bool prefix = route.kind == PathKind::Prefix;
  if (prefix && route.path == "/") return "/";
  std::vector<std::string_view> segments = segments_of(route.path);
  const bool any_slash = !prefix && route.ignore_last_slash && route.path != "/";
  if (any_slash && segments.back().empty()) segments.pop_back();
  for (const std::string_view each : segments) {
    text += '/' + segment_expression(each, parameters);
  }
  if (any_slash) {
    text += parameters == PathParameters::There ? "(?:/(?:;[^/]*)?)?" : "/?";
  }
  if (route.ignore_case) text = "(?i:" + text + ')';
  return text + (prefix ? "(?:/|$)" : "$");
}

bool is_plain_text(const Route& route) {
  if (route.kind == PathKind::Prefix || route.ignore_case || route.ignore_last_slash) return false;
  for (const char c : route.path) {
    if (c != '/' && !has_one_spelling(c)) return false;
  }
  return true;
}

}  // namespace banyan::strangler
