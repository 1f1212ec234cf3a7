// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/file_header.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "banyan/sqlite/file_name.hpp"
#include "kept_descriptor.hpp"

namespace banyan::sqlite {
namespace {

// https://www.sqlite.org/fileformat.html#the_database_header
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kReadVersionAt = 19;
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;

using Bytes = std::array<char, kHeaderBytes>;

std::uint32_t big_endian(const Bytes& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

FileHeader read_file_header(const std::filesystem::path& file) {
  FileHeader header;
  std::error_code problem;
  const auto status = std::filesystem::status(file, problem);
  if (!std::filesystem::exists(status)) return header;
  if (!std::filesystem::is_regular_file(status)) {
    header.state = FileState::NotAFile;
    return header;
  }
  const int descriptor = kept_descriptor(file);
  Bytes bytes{};
  const ssize_t read = descriptor < 0 ? -1 : ::pread(descriptor, bytes.data(), bytes.size(), 0);
  if (read < 0) {
    header.state = FileState::Unreadable;
    header.problem = std::strerror(errno);
    return header;
  }
  const auto got = static_cast<std::size_t>(read);
  if (got < kHeaderBytes || std::string_view(bytes.data(), kMagic.size()) != kMagic) {
    header.state = got == 0 ? FileState::Empty : FileState::SomethingElse;
    return header;
  }
  header.state = FileState::Database;
  header.application_id = big_endian(bytes, kApplicationIdAt);
  header.user_version = static_cast<std::int32_t>(big_endian(bytes, kUserVersionAt));
  header.is_wal = bytes[kReadVersionAt] == 2;
  return header;
}

std::uintmax_t wal_bytes_of(const std::filesystem::path& file) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(behind_links(file).string() + "-wal", none);
  return none ? 0 : bytes;
}

}  // namespace banyan::sqlite
