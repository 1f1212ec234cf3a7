// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/target_path.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "escape.hpp"
#include "utf8.hpp"

namespace banyan::http {
namespace {

enum class Character : std::uint8_t { Good, Unescaped, Bad };

/// What must be percent-encoded (RFC 3986 §2).
constexpr std::array<Character, 256> kCharacters = [] {
  std::array<Character, 256> all{};
  for (std::size_t byte = 0; byte < all.size(); ++byte) {
    if (byte <= 0x20 || byte == 0x7F) all[byte] = Character::Bad;
    if (byte > 0x7F) all[byte] = Character::Unescaped;
  }
  for (const char c : std::string_view("\"<>\\^`{|}")) {
    all[static_cast<unsigned char>(c)] = Character::Unescaped;
  }
  all['#'] = Character::Bad;
  return all;
}();

unsigned char decode_next(std::string_view& raw) {
  if (const auto byte = escaped_byte(raw)) {
    raw.remove_prefix(3);
    return *byte;
  }
  const auto byte = static_cast<unsigned char>(raw.front());
  raw.remove_prefix(1);
  return byte;
}

/// The bytes that a segment stands for, one after the other.
class DecodedBytes {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  DecodedBytes() = default;
  explicit DecodedBytes(std::string_view rest) : rest_(rest) {}
  char operator*() const {
    std::string_view rest = rest_;
    return static_cast<char>(decode_next(rest));
  }
  DecodedBytes& operator++() {
    decode_next(rest_);
    return *this;
  }
  DecodedBytes operator++(int) {
    DecodedBytes before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const DecodedBytes& left, const DecodedBytes& right) {
    return left.rest_.size() == right.rest_.size();
  }

 private:
  std::string_view rest_;
};

/// The worst of what is in it: what never passes before what is irregular.
std::optional<TargetFault> fault_of(std::string_view segment) {
  std::optional<TargetFault> first;
  bool beyond_ascii = false;
  const auto note = [&](TargetFault fault) { first = first.value_or(fault); };
  for (std::size_t i = 0; i < segment.size(); ++i) {
    switch (kCharacters[static_cast<unsigned char>(segment[i])]) {
      case Character::Good: break;
      case Character::Unescaped: note(TargetFault::UnescapedCharacter); break;
      case Character::Bad: return TargetFault::BadCharacter;
    }
    if (segment[i] != '%') continue;
    const auto byte = escaped_byte(segment.substr(i));
    if (!byte) {
      note(TargetFault::BadEscape);
    } else if (*byte == '/' || *byte == '\\' || *byte == 0) {
      note(TargetFault::EncodedSeparator);
    } else if (*byte < 0x20 || *byte == 0x7F) {
      note(TargetFault::NotText);
    }
    beyond_ascii = beyond_ascii || (byte && *byte > 0x7F);
  }
  if (beyond_ascii &&
      !is_utf8(DecodedBytes(segment), DecodedBytes(segment.substr(segment.size())))) {
    note(TargetFault::NotText);
  }
  return first;
}

template <class Byte>
int compare(std::string_view raw, std::string_view literal, const Byte& byte) {
  while (!raw.empty() && !literal.empty()) {
    const int difference = byte(decode_next(raw)) - static_cast<unsigned char>(literal.front());
    if (difference != 0) return difference;
    literal.remove_prefix(1);
  }
  return static_cast<int>(!raw.empty()) - static_cast<int>(!literal.empty());
}

}  // namespace

std::string_view to_string(TargetFault fault) {
  switch (fault) {
    case TargetFault::NotOriginForm:
      return "the request target must be a path that begins with \"/\"";
    case TargetFault::BadCharacter:
      return "the path has a blank, a control character or \"#\", which must be percent-encoded";
    case TargetFault::UnescapedCharacter:
      return "the path has a character that must be percent-encoded";
    case TargetFault::BadEscape:
      return "the path has a \"%\" that is not followed by two hexadecimal digits; write %25 for "
             "the character itself";
    case TargetFault::EncodedSeparator:
      return "the path has an encoded separator (%2F, %5C or %00), which servers read differently";
    case TargetFault::DotSegment:
      return "the path has a segment \".\" or \"..\"; send the path that it stands for";
    case TargetFault::EmptySegment:
      return "the path has an empty segment (\"//\"), which servers read differently; leave it out";
    case TargetFault::NotText:
      return "the path has escapes that stand for control characters, or for bytes that are no "
             "UTF-8";
  }
  return "the path cannot be routed";
}

int compare_segment(std::string_view raw, std::string_view literal) {
  return compare(raw, literal, [](unsigned char byte) { return byte; });
}

int compare_segment_ignoring_case(std::string_view raw, std::string_view literal) {
  return compare(raw, literal, [](unsigned char byte) {
    return static_cast<unsigned char>(folded(static_cast<char>(byte)));
  });
}

std::optional<TargetFault> TargetPath::read(std::string_view target) {
  count_ = 0;
  irregularity_.reset();
  if (!target.starts_with('/')) return TargetFault::NotOriginForm;
  const auto note = [this](TargetFault fault) { irregularity_ = irregularity_.value_or(fault); };
  std::string_view rest = target.substr(0, target.find('?')).substr(1);
  while (true) {
    const std::size_t slash = rest.find('/');
    const bool last = slash == std::string_view::npos;
    const std::string_view whole = rest.substr(0, slash);
    if (const auto fault = fault_of(whole)) {
      if (*fault == TargetFault::BadCharacter) return fault;
      note(*fault);
    }
    const std::string_view segment = whole.substr(0, whole.find(';'));
    if (segment.empty() && !last) note(TargetFault::EmptySegment);
    if (compare_segment(segment, ".") == 0 || compare_segment(segment, "..") == 0) {
      note(TargetFault::DotSegment);
    }
    if (count_ < kMaxSegments) segments_[count_] = segment;
    ++count_;
    if (last) return std::nullopt;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace banyan::http
