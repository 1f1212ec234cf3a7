// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace banyan::sqlite {

enum class FileState : std::uint8_t {
  Missing,
  NotAFile,    ///< a folder, a socket …
  Unreadable,  ///< see FileHeader::problem
  Empty,       ///< no byte: SQLite would take it for a new database
  SomethingElse,
  Database
};

/// The first 100 bytes of a file, read without SQLite, which would tidy up in somebody else's
/// database (roll back its journal, make files beside it). The numbers are those of the last
/// checkpoint: what lies in a WAL only is not seen.
struct FileHeader {
  FileState state = FileState::Missing;
  std::string problem;  ///< the system's words when it is Unreadable
  std::uint32_t application_id = 0;
  std::int32_t user_version = 0;
  bool is_wal = false;  ///< its journal mode
};

FileHeader read_file_header(const std::filesystem::path& file);

/// How large the write-ahead log of a database file is; 0 when there is none.
std::uintmax_t wal_bytes_of(const std::filesystem::path& file);

}  // namespace banyan::sqlite
