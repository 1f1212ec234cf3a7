// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace banyan::http {

/// What is wrong with a request target. The target is passed on as it came, so the table and the
/// server that answers must read the same bytes in the same way.
enum class TargetFault : std::uint8_t {
  // Never passed on.
  NotOriginForm,  ///< does not begin with "/"
  BadCharacter,   ///< a control character, a blank or "#"
  // Irregular: what is in use (browsers send it, applications go by it), but is not RFC 3986, or is
  // read by some servers in one way and by some in another. Whether it passes, the entry says.
  UnescapedCharacter,  ///< one of "\"<>\\^`{|}" or a byte beyond ASCII
  BadEscape,           ///< "%" without two hexadecimal digits
  EncodedSeparator,    ///< %2F, %5C or %00: a separator to some servers and data to others
  DotSegment,          ///< "." or "..", plain, escaped or followed by ";"
  EmptySegment,        ///< "//": merged by some servers and not by others
  NotText,             ///< escapes that stand for control characters, or for no UTF-8
};

/// For people: what is wrong, and what to send instead.
std::string_view to_string(TargetFault fault);

/// The path of a request target, cut into segments. Views into the target.
class TargetPath {
 public:
  /// Segments beyond this number are not told apart; a pattern has no more.
  static constexpr std::size_t kMaxSegments = 64;

  /// Reads the path up to "?"; the query is not looked at. Returns the fault for which nobody
  /// passes it, or nullopt.
  std::optional<TargetFault> read(std::string_view target);

  /// The first irregular thing in it; nullopt when everybody reads it in the same way.
  std::optional<TargetFault> irregularity() const { return irregularity_; }
  std::size_t size() const { return count_; }
  /// As it came, without path parameters (";jsessionid=…"), which nothing goes by. The last one
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
/// The same for a literal in lower case, with the letters A to Z taken for lower case ones.
int compare_segment_ignoring_case(std::string_view raw, std::string_view literal);

/// A to Z in lower case, all else as it is.
constexpr char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace banyan::http
