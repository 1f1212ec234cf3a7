// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Every key of banyan.toml, declared once: the reader of the file takes kinds and ranges from
/// here, its messages say what was expected by it, and docs/reference/configuration.md is made of
/// it. A key that is not declared cannot be read.
namespace banyan::strangler {

enum class KeyKind : std::uint8_t {
  Flag,    ///< true or false
  Number,  ///< `least` to `most`
  Size,    ///< bytes, `least` to `most`: a number, or "64KiB"
  Time,    ///< 1 ms to `most` milliseconds: "10s"
  Share,   ///< "25%"
  Choice,  ///< one of `choices`
  Text,
  Texts,  ///< a list of texts
  List,   ///< a list of whatever the help says
  Table,
  Tables,  ///< a list of tables
};

struct KeyChoice {
  std::string_view value;
  std::string_view meaning{};  ///< "" where the value says it
};

struct Key {
  std::string_view name;
  KeyKind kind;
  /// What holds without the key, as one would write it in the file; "" where nothing does.
  std::string_view preset{};
  /// Where there is no preset: what holds then. "needed" is for a key that must be there.
  std::string_view otherwise{};
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  std::span<const KeyChoice> choices{};
  std::string_view example{};  ///< for messages and the page
  std::string_view help;       ///< in Markdown, without a full stop at the end
  bool at_restart = false;     ///< a change counts from the next start on; else from a reload on
};

/// A table of the file.
struct KeySection {
  std::string_view name;  ///< as people write it: "[limits]", "[upstreams.NAME]", "[[routes]]"
  std::string_view help;
  std::span<const Key> keys;
};

/// In the order in which one would write them.
std::span<const KeySection> key_sections();

/// The keys of the section of that name. Throws std::logic_error when there is none.
std::span<const Key> keys_of(std::string_view section);

/// What a key takes, for a message: "an integer from 1 to 100".
std::string expected_of(const Key& key);

/// "10s", "2m", "500ms".
std::string time_text(std::uint64_t milliseconds);
/// The same of a bound, which may be days: "366d".
std::string longest_text(std::uint64_t milliseconds);

}  // namespace banyan::strangler
