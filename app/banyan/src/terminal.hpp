// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/error.hpp"

namespace banyan::cli {

enum class Tone : std::uint8_t { Plain, Strong, Good, Warning, Bad, Faint };

/// The text without control characters, in its colour when standard output is a terminal that has
/// some and NO_COLOR is not set.
std::string paint(std::string_view text, Tone tone);

/// Prints columns as wide as they need; the first row is the heading.
void print_table(const std::vector<std::vector<std::string>>& rows);

/// All that comes on standard input, to its end.
std::string standard_input();

/// One line to standard output, as it is: what came from elsewhere goes through paint() before, in
/// which control characters become "?".
void print_line(std::string_view text);

/// A document to standard output, in one line or indented. What is not UTF-8 in it (names of files,
/// keys) becomes U+FFFD: the deed is done, and must be told.
void print_json(const nlohmann::ordered_json& document, int indent = -1);

/// To standard error, so that it is in nobody's way who reads the answer. A text of several lines
/// stays one, and its further lines are set off; the same holds for errors.
void announce(std::string_view what);

/// "banyan: …" to standard error.
void print_error(std::string_view message);

/// The error for people on standard error, or with `json` as one object on standard output.
void print_error(const Error& error, bool json);

}  // namespace banyan::cli
