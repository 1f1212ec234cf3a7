// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace banyan::strangler {

/// What is wrong with a request target. A route must never match something else than what the
/// upstream will make of the same bytes, since the target is passed on as it came.
enum class TargetFault : std::uint8_t {
  // Never passed on.
  NotOriginForm,  ///< does not begin with "/"
  BadCharacter,   ///< a control character, a blank or "#"
  // Irregular: what is in use (browsers send it, applications go by it), but is not RFC 3986, or is
  // read by some servers in one way and by some in another. Whether it passes, the route says.
  UnescapedCharacter,  ///< one of "\"<>\\^`{|}" or a byte beyond ASCII
  BadEscape,           ///< "%" without two hexadecimal digits
  EncodedSeparator,    ///< %2F, %5C or %00: a separator to some servers and data to others
  DotSegment,          ///< "." or "..", plain, escaped or followed by ";"
  EmptySegment,        ///< "//": merged by some servers and not by others
};

/// For people: what is wrong, and what to send instead.
std::string_view to_string(TargetFault fault);

/// The path of a request target, cut into segments. Views into the target.
class TargetPath {
 public:
  /// That are told apart; a route's path has no more.
  static constexpr std::size_t kMaxSegments = 64;

  /// Reads the path up to "?"; the query is not looked at. Returns the fault for which no route
  /// passes it, or nullopt.
  std::optional<TargetFault> read(std::string_view target);

  /// The first irregular thing in it; nullopt when everybody reads it in the same way.
  std::optional<TargetFault> irregularity() const { return irregularity_; }
  std::size_t size() const { return count_; }
  /// As it came, without path parameters (";jsessionid=…"), which no route goes by. The last one
  /// is empty when the path ends in "/"; "/" alone is one empty segment. `index` < kMaxSegments.
  std::string_view segment(std::size_t index) const { return segments_[index]; }

 private:
  std::array<std::string_view, kMaxSegments> segments_;
  std::size_t count_ = 0;
  std::optional<TargetFault> irregularity_;
};

/// Compares a segment as it came with a decoded literal: <0, 0, >0. "%61" equals "a"; a "%" that
/// begins no escape stands for itself.
int compare_segment(std::string_view raw, std::string_view literal);

}  // namespace banyan::strangler
