// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::strangler {

/// Do two numbers of JSON have the same value? By their digits: nothing is rounded.
bool same_number(std::string_view left, std::string_view right);

/// Their distance, as double.
double distance(std::string_view left, std::string_view right);
double number_of(std::string_view text);

/// A time of RFC 3339 with an offset and up to nine decimals, in microseconds since 1970.
std::optional<std::int64_t> time_of(std::string_view text);

/// What stands between the quotes of a JSON string, with its escapes taken for what they mean. A
/// lone surrogate becomes U+FFFD.
std::string unescaped_text(std::string_view raw);

/// How far two values are apart, in steps of a power of two: 1 … 44, more is further.
unsigned magnitude(double distance);

}  // namespace banyan::strangler
