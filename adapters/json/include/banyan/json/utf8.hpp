// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/utf8.hpp"

namespace banyan::json {

using banyan::utf8_length;

/// How many characters the text has; nothing when it is not UTF-8.
std::optional<std::size_t> count_characters(std::string_view text) noexcept;

/// The text with U+FFFD in place of every byte that is not UTF-8: for texts that only inform, such
/// as error messages.
std::string repaired(std::string_view text);

}  // namespace banyan::json
