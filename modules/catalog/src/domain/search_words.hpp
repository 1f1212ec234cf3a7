// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace catalog {

/// The words of a text as search compares them: runs of letters and digits in lower case, Latin
/// ones without accents, everything else left out. So none of them holds a quote, a blank or any
/// sign that means something to a database.
std::vector<std::string> search_words(std::string_view text);

}  // namespace catalog
