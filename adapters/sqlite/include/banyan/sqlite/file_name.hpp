// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace banyan::sqlite {

/// The name of the file that a link in the place of `file` leads to, there or not; any other name
/// as it is. What SQLite puts beside a database (its log) is beside that one. Links in the place of
/// a folder stay: the folder is the same by each of its names.
std::filesystem::path behind_links(std::filesystem::path file);

}  // namespace banyan::sqlite
