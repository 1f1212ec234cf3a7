// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/routing/route.hpp"

namespace banyan::strangler {

/// Whether path parameters (";jsessionid=…") are still there when the expression looks.
enum class PathParameters : std::uint8_t { There, TakenAway };

/// "\x2F": the character itself, whatever else it would mean in a regular expression.
std::string expression_of_byte(char c);

/// A name, of a cookie for one, as a regular expression. Has neither blanks nor quotes.
std::string expression_of_name(std::string_view name);

/// The id of a visit (forwarding/visit.hpp) as a regular expression.
std::string visit_expression();

/// The path of a route as a regular expression (PCRE) for a path as it came, without its query:
/// "/albums/[^/]+$". Has neither blanks nor quotes.
std::string path_expression(const Route& route, PathParameters parameters);

/// The first segments of a path, as `strip` has them, with their parameters.
std::string segments_expression(std::string_view path);

/// Whether the path is one text, in which no character has two spellings.
bool is_plain_text(const Route& route);

/// Expressions for what is irregular in a path (http::TargetFault), as far as they can say it.
namespace irregular {

/// What never passes: "#", behind which some servers read nothing; and letters, digits, "-", "."
/// and "_" in escapes: nobody has to write them so (RFC 3986 §6.2.2.2), and an expression that
/// looked for both spellings of each could not be read.
inline constexpr std::string_view kNever =
    "\\x23|%(?:2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa])";
/// What some servers read as the path of something else. A segment is empty with parameters, too.
inline constexpr std::string_view kAmbiguous =
    "/(?:;[^/]*)?/|%2[Ff]|%5[Cc]|%00|\\x5C|/(?:[.]|%2[Ee]){1,2}(?:;[^/]*)?(?:/|$)";
/// Those, bad escapes, escapes of control characters, and what had to be escaped.
inline constexpr std::string_view kAny =
    "/(?:;[^/]*)?/|%2[Ff]|%5[Cc]|%00|\\x5C|/(?:[.]|%2[Ee]){1,2}(?:;[^/]*)?(?:/|$)"
    "|%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%7[Ff]|[\\x22<>^\\x60{|}\\x80-\\xFF]";

}  // namespace irregular
}  // namespace banyan::strangler
