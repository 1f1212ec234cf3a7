// SPDX-License-Identifier: Apache-2.0
#include "banyan/placement/replaced_database.hpp"

#include <fstream>
#include <system_error>

#include "banyan/sqlite/durable_file.hpp"
#include "banyan/sqlite/file_name.hpp"

namespace banyan::placement {
namespace {

using sqlite::Birth;
using sqlite::FileIdentity;

std::filesystem::path log_of(const std::filesystem::path& database) {
  return database.string() + "-wal";
}

std::filesystem::path note_of(const std::filesystem::path& database) {
  return database.string() + ".replaced";
}

std::string line_of(const FileIdentity& file) {
  return std::to_string(file.number) + ' ' + std::to_string(file.born) + '\n';
}

std::optional<FileIdentity> read_file(std::istream& in) {
  FileIdentity file;
  if (!(in >> file.number >> file.born)) return std::nullopt;
  return file;
}

}  // namespace

void note_replaced(const std::filesystem::path& opened, const FileIdentity& was) {
  const auto log = sqlite::identity_of(log_of(opened), Birth::Asked);
  if (!log) return;
  sqlite::write_durably(note_of(opened), line_of(was) + line_of(*log), log_of(opened));
}

std::optional<std::string> foreign_log_of(const std::filesystem::path& database) {
  const auto at_place = sqlite::behind_links(database);
  std::ifstream in(note_of(at_place));
  if (!in) return std::nullopt;
  const auto was = read_file(in);
  const auto its_log = read_file(in);
  const auto file = sqlite::identity_of(at_place, Birth::Asked);
  const auto log = sqlite::identity_of(log_of(at_place), Birth::Asked);
  if (!was || !its_log || !file || !log) return std::nullopt;
  if (log->number != its_log->number || log->born != its_log->born) return std::nullopt;
  if (file->is_same_ever(*was)) return std::nullopt;
  const std::string name = at_place.string();
  return "'" + database.string() + "' was replaced while a process had it open, and '" + name +
         "-wal' is the log of the file that was there before: played into this one, it would "
         "destroy it. Stop every process that has the database open, move '" +
         name + "-wal' and '" + name +
         "-shm' aside (keep them with the file that they belong to: they have its last changes), "
         "and start again. If the file that was there is back, remove '" +
         note_of(at_place).string() + "' instead.";
}

void forget_replaced(const std::filesystem::path& opened) noexcept {
  std::error_code ignored;
  std::filesystem::remove(note_of(opened), ignored);
}

}  // namespace banyan::placement
