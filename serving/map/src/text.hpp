// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banyan::map {

/// How many characters a text has, as far as they take room.
std::size_t width_of(std::string_view utf8);

/// For text and attributes of XML.
std::string xml(std::string_view text);

/// For a cell of a Markdown table.
std::string cell(std::string_view text);

/// `text`, or "–" when it is empty.
std::string or_dash(std::string text);

/// "`a`, `b`"; "" of none.
std::string codes(const std::vector<std::string>& words);

/// "3 tables", "1 table".
std::string counted(std::size_t number, std::string_view one, std::string_view many);

}  // namespace banyan::map
