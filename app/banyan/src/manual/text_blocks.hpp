// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::cli::manual {

/// A piece of the free text below a command's options.
struct Block {
  enum class Kind : std::uint8_t {
    Heading,   ///< "Examples"
    Sentence,  ///< one paragraph, without line ends
    Verbatim,  ///< lines as they are, without their common indentation
  };
  Kind kind;
  std::string text;

  bool operator==(const Block&) const = default;
};

/// Reads a text as `--help` prints it. Indented lines are verbatim. A line before them that ends
/// with
/// ":" is their heading; so are the words "Exit codes:" at the beginning of a paragraph.
std::vector<Block> blocks_of(std::string_view text);

}  // namespace banyan::cli::manual
