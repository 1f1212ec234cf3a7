// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace banyan::serving {

/// By their paths, what files were: device, inode, who may read it, size and time of the last
/// change as text; "" for one that is not there. Whoever takes the marks before reading the files
/// can tell later whether they have become others since.
using FileMarks = std::map<std::filesystem::path, std::string>;

std::string mark_of(const std::filesystem::path& file);
FileMarks marks_of(const std::vector<std::filesystem::path>& files);

}  // namespace banyan::serving
