// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace banyan {

/// How many bytes the well-formed character at the front has (RFC 3629: shortest form, no
/// surrogates); 0 when there is none.
std::size_t utf8_length(std::string_view text) noexcept;

/// Whether it is UTF-8 on one line: without control characters of ASCII, U+0000 above all, which
/// not every database can be asked for.
bool is_line(std::string_view text) noexcept;

}  // namespace banyan
