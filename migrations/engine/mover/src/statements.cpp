// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/mover/report.hpp"
#include "banyan/sqlite/script.hpp"

namespace banyan::mover {
namespace {

namespace fs = std::filesystem;

Result<void> read_file(const fs::path& file, const std::string& module, const std::string& shown,
                       std::vector<Statement>& into) {
  const auto read = whole_file(file);
  if (!read) {
    return fail(ErrorCode::NotFound, "mover.unreadable_file",
                "cannot read " + file.string() + "; check its permissions");
  }
  const std::string& text = *read;
  std::size_t line = 1;
  std::size_t counted = 0;
  for (std::size_t begin = sqlite::skip_to_statement(text, 0); begin < text.size();) {
    line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(counted),
                                                text.begin() + static_cast<std::ptrdiff_t>(begin),
                                                '\n'));
    counted = begin;
    const std::string where = shown + ":" + std::to_string(line);
    std::size_t end = begin;
    do {
      end = text.find(';', end);
      if (end == std::string::npos) {
        return fail(ErrorCode::InvalidArgument, "mover.unfinished_statement",
                    where +
                        ": this statement has no end; add the ';' that closes it (a missing "
                        "quote or an END; of a trigger has the same effect)");
      }
      ++end;
    } while (!sqlite::is_complete(text.substr(begin, end - begin)));
    into.push_back({module, text.substr(begin, end - begin), where});
    begin = sqlite::skip_to_statement(text, end);
  }
  return {};
}

}  // namespace

Result<std::vector<Statement>> statements_from_folder(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    return fail(ErrorCode::NotFound, "mover.no_folder",
                folder.string() + " is not a folder; give one that holds <module>/*.sql");
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    // What PostgreSQL runs in place of the script beside it is no statement of its own.
    const bool is_variant = entry.path().string().ends_with(".postgresql.sql");
    if (entry.is_regular_file() && entry.path().extension() == ".sql" && !is_variant) {
      files.push_back(fs::relative(entry.path(), folder));
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<Statement> statements;
  for (const fs::path& file : files) {
    if (!file.has_parent_path()) {
      return fail(ErrorCode::InvalidArgument, "mover.statement_without_module",
                  (folder / file).string() + " lies in no module's folder; move it to " +
                      (folder / "MODULE" / file).string() + " so that its owner is known");
    }
    const Result<void> read =
        read_file(folder / file, file.begin()->string(), file.string(), statements);
    if (!read) return fail(read.error());
  }
  return statements;
}

}  // namespace banyan::mover
