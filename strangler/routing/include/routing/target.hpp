// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace banyan::strangler {

/// Why a request target is not routed at all (answer 400). A route must never match something else
/// than what the upstream will make of the same bytes; since the target is passed on as it came,
/// everything that two servers may read differently is refused.
enum class TargetFault : std::uint8_t {
  NotOriginForm,     ///< does not begin with "/"
  BadCharacter,      ///< a control character, space, "#", a byte above 126 or one of "\"<>\\^`{|}"
  BadEscape,         ///< "%" without two hexadecimal digits
  EncodedSeparator,  ///< %2F, %5C or %00: a separator to some servers and data to others
  DotSegment,        ///< "." or "..", plain, escaped or followed by ";"
  EmptySegment,      ///< "//": merged by some servers and not by others
  TooManySegments,   ///< more than TargetPath::kMaxSegments
};

/// For people: what is wrong, and what to send instead.
std::string_view to_string(TargetFault fault);

/// The path of a request target, cut into segments. Views into the target.
class TargetPath {
 public:
  static constexpr std::size_t kMaxSegments = 64;

  /// Reads the path up to "?"; the query is not looked at. Returns the fault, or nullopt.
  std::optional<TargetFault> read(std::string_view target);

  std::size_t size() const { return count_; }
  /// As it came, without path parameters (";jsessionid=…"), which no route goes by. The last one
  /// is empty when the path ends in "/"; "/" alone is one empty segment.
  std::string_view segment(std::size_t index) const { return segments_[index]; }

 private:
  std::array<std::string_view, kMaxSegments> segments_;
  std::size_t count_ = 0;
};

/// Compares a segment as it came with a decoded literal: <0, 0, >0. "%61" equals "a".
int compare_segment(std::string_view raw, std::string_view literal);

}  // namespace banyan::strangler
