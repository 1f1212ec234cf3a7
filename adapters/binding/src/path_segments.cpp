// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/path_segments.hpp"

#include <algorithm>

#include "banyan/binding/percent.hpp"

namespace banyan::binding {

std::vector<std::string_view> path_segments(std::string_view target) {
  target = target.substr(0, target.find('?'));
  std::vector<std::string_view> segments;
  if (target.starts_with('/')) target.remove_prefix(1);
  if (target.empty()) return segments;
  for (;;) {
    const std::size_t slash = target.find('/');
    segments.push_back(target.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    target.remove_prefix(slash + 1);
  }
}

bool fits_segment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && std::ranges::none_of(text, [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

std::optional<std::string> decode_segment(std::string_view segment) {
  std::optional<std::string> text = percent_decode(segment.substr(0, segment.find(';')));
  if (!text || !fits_segment(*text)) return std::nullopt;
  return text;
}

}  // namespace banyan::binding
