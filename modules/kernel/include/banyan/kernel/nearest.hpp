// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace banyan {

/// The known word that was probably meant: the one with the fewest edits between, of which there
/// may be one for three letters, and at least one. A swap of neighbours is one edit; case, '_', '-'
/// and blanks do not count. Of equals the first. Nothing for the empty word and for words beyond 64
/// bytes. The answer is one of `known` and lives as long.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string> known);

}  // namespace banyan
