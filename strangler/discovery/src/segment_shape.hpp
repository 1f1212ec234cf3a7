// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace banyan::discovery {

/// What a segment of a path looks like.
enum class SegmentShape : std::uint8_t {
  Word,   ///< part of the application's language: "albums"
  Id,     ///< a number, a UUID, hexadecimal digits, "ord_018f3c…", a token
  Date,   ///< "2026-11-22"
  Value,  ///< something else that nobody has named a page after: an address, a sentence
};

struct Segment {
  SegmentShape shape = SegmentShape::Word;
  std::string text;      ///< decoded; only of a word, and "" behind a last slash
  bool is_file = false;  ///< ends as files do that browsers fetch beside a page
};

/// Of a segment as it came, without a slash.
Segment read_segment(std::string_view raw);

}  // namespace banyan::discovery
