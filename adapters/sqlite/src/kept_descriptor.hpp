// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace banyan::sqlite {

/// A descriptor to read a file by that may be a database; -1 and errno when there is none. It stays
/// open for as long as the file has a name: with the first descriptor of a file that a process
/// closes go all locks that the process has on it (POSIX), those of its SQLite connections among
/// them, and then another process takes the write-ahead log away from under these
/// (https://www.sqlite.org/howtocorrupt.html, 2.2). Safe for concurrent use.
int kept_descriptor(const std::filesystem::path& file);

}  // namespace banyan::sqlite
