// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace pages {

/// What the wiki makes of a page's bytes when it reads them: lines end with \n, and what is no
/// UTF-8 is taken for Latin-1. Nothing for bytes that the wiki takes for UTF-8 and that are none
/// (surrogates, forms that are too long): they are no text, and nobody can say so in JSON.
std::optional<std::string> source_text(std::string bytes);

}  // namespace pages
