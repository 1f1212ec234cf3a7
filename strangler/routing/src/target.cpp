// SPDX-License-Identifier: Apache-2.0
#include "routing/target.hpp"

#include <algorithm>
#include <array>

namespace banyan::strangler {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What must be percent-encoded (RFC 3986 §2).
constexpr std::array<bool, 256> kBad = [] {
  std::array<bool, 256> bad{};
  for (std::size_t byte = 0; byte < bad.size(); ++byte) bad[byte] = byte <= 0x20 || byte > 0x7E;
  for (const char c : std::string_view("\"#<>\\^`{|}")) bad[static_cast<unsigned char>(c)] = true;
  return bad;
}();

bool is_bad(char c) { return kBad[static_cast<unsigned char>(c)]; }

// Every "%" of a checked segment is followed by two digits.
unsigned char decode_next(std::string_view& raw) {
  if (raw.front() == '%') {
    const int value = hex_digit(raw[1]) * 16 + hex_digit(raw[2]);
    raw.remove_prefix(3);
    return static_cast<unsigned char>(value);
  }
  const auto byte = static_cast<unsigned char>(raw.front());
  raw.remove_prefix(1);
  return byte;
}

std::optional<TargetFault> wrong_character(std::string_view segment) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (is_bad(segment[i])) return TargetFault::BadCharacter;
    if (segment[i] != '%') continue;
    if (i + 2 >= segment.size() || hex_digit(segment[i + 1]) < 0 || hex_digit(segment[i + 2]) < 0) {
      return TargetFault::BadEscape;
    }
    std::string_view escape = segment.substr(i, 3);
    const unsigned char value = decode_next(escape);
    if (value == '/' || value == '\\' || value == 0) return TargetFault::EncodedSeparator;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(TargetFault fault) {
  switch (fault) {
    case TargetFault::NotOriginForm:
      return "the request target must be a path that begins with \"/\"";
    case TargetFault::BadCharacter: return "the path has a character that must be percent-encoded";
    case TargetFault::BadEscape:
      return "the path has a \"%\" that is not followed by two hexadecimal digits; write %25 for "
             "the "
             "character itself";
    case TargetFault::EncodedSeparator:
      return "the path has an encoded separator (%2F, %5C or %00), which servers read differently";
    case TargetFault::DotSegment:
      return "the path has a segment \".\" or \"..\"; send the path that it stands for";
    case TargetFault::EmptySegment:
      return "the path has an empty segment (\"//\"), which servers read differently; leave it out";
    case TargetFault::TooManySegments: return "the path has more than 64 segments";
  }
  return "the path cannot be routed";
}

int compare_segment(std::string_view raw, std::string_view literal) {
  while (!raw.empty() && !literal.empty()) {
    const int difference = decode_next(raw) - static_cast<unsigned char>(literal.front());
    if (difference != 0) return difference;
    literal.remove_prefix(1);
  }
  return static_cast<int>(!raw.empty()) - static_cast<int>(!literal.empty());
}

std::optional<TargetFault> TargetPath::read(std::string_view target) {
  count_ = 0;
  if (!target.starts_with('/')) return TargetFault::NotOriginForm;
  std::string_view rest =
      target.substr(1, target.find('?') == std::string_view::npos ? std::string_view::npos
                                                                  : target.find('?') - 1);
  while (true) {
    const std::size_t slash = rest.find('/');
    const bool last = slash == std::string_view::npos;
    const std::string_view whole = rest.substr(0, slash);
    if (auto fault = wrong_character(whole)) return fault;
    const std::string_view segment = whole.substr(0, whole.find(';'));
    if (segment.empty() && !last) return TargetFault::EmptySegment;
    if (compare_segment(segment, ".") == 0 || compare_segment(segment, "..") == 0) {
      return TargetFault::DotSegment;
    }
    if (count_ == kMaxSegments) return TargetFault::TooManySegments;
    segments_[count_++] = segment;
    if (last) return std::nullopt;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace banyan::strangler
