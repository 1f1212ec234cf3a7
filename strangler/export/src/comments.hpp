// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/export/exported_table.hpp"

namespace banyan::strangler {

/// Lines of at most 100 characters: the first begins with `first`, the others with `next`. Control
/// characters become "?", so that no text gets out of its comment.
std::string wrapped(std::string_view text, std::string_view first, std::string_view next);

/// "# one line": whatever the text holds.
std::string comment(std::string_view text);

/// The top of a file: where it comes from, and for the main one what differs.
/// `lead` begins a line of a comment: "#", "--", "//".
std::string file_head(std::string_view engine, const TableToExport& table, std::string_view lead);
std::string differences_text(const std::vector<std::string>& differences);

}  // namespace banyan::strangler
