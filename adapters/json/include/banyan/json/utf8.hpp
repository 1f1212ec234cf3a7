// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::json {

/// How many bytes the well-formed character at the front has (RFC 3629: shortest form, no
/// surrogates); 0 when there is none.
std::size_t utf8_length(std::string_view text) noexcept;

/// How many characters the text has; nothing when it is not UTF-8.
std::optional<std::size_t> count_characters(std::string_view text) noexcept;

/// The text with U+FFFD in place of every byte that is not UTF-8: for texts that only inform, such
/// as error messages.
std::string repaired(std::string_view text);

}  // namespace banyan::json
