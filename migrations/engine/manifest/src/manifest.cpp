// SPDX-License-Identifier: Apache-2.0
#include "banyan/manifest/manifest.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "banyan/json/codec.hpp"
#include "banyan/kernel/whole_file.hpp"
#include "banyan/posix/descriptor.hpp"
#include "banyan/sqlite/durable_file.hpp"
#include "merge_statements.hpp"

namespace banyan::manifest {
namespace {

constexpr json::Bounds kBounds{.max_bytes = 64 * 1024 * 1024};

/// One at a time among those who change manifests of one folder: the file itself is replaced, and
/// a lock on it would be one on what is gone. Ends with the process, however that ends.
class Turn {
 public:
  explicit Turn(const std::filesystem::path& folder)
      : descriptor_(
            ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (descriptor_.valid() && ::flock(descriptor_.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
  }

 private:
  posix::Descriptor descriptor_;
};

// "….damaged", "….damaged-2" and so on.
std::filesystem::path damaged_name(const std::filesystem::path& database, int number) {
  std::string name = manifest_file(database).string() + ".damaged";
  if (number > 1) name += '-' + std::to_string(number);
  return name;
}

// 0: it is no such name.
int number_of(const std::string& name, const std::string& first) {
  if (name == first) return 1;
  if (!name.starts_with(first + '-')) return 0;
  int number = 0;
  const char* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + first.size() + 1, end, number);
  return read.ec == std::errc() && read.ptr == end && number > 1 ? number : 0;
}

// Not all that were there need be: people take them away in any order.
std::vector<int> numbers_of_damaged(const std::filesystem::path& database) {
  const std::filesystem::path first = damaged_name(database, 1);
  const auto folder = first.parent_path();
  std::vector<int> numbers;
  std::error_code unknown;
  for (std::filesystem::directory_iterator each(folder.empty() ? "." : folder, unknown), end;
       !unknown && each != end; each.increment(unknown)) {
    const int number = number_of(each->path().filename().string(), first.filename().string());
    if (number > 0) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

// For who has the turn: no name is taken twice.
Result<std::filesystem::path> move_aside(const std::filesystem::path& database) {
  const auto file = manifest_file(database);
  const auto numbers = numbers_of_damaged(database);
  int number = numbers.empty() ? 1 : numbers.back() + 1;
  std::error_code unknown;
  // A folder may be one that nobody can list.
  while (std::filesystem::exists(damaged_name(database, number), unknown)) ++number;
  auto aside = damaged_name(database, number);
  try {
    sqlite::replace_durably(file, aside);
  } catch (const std::filesystem::filesystem_error& fault) {
    return fail(ErrorCode::Unavailable, "manifest.not_written",
                "cannot put " + file.string() + " aside, which cannot be decoded: " +
                    fault.code().message() + "; is the folder writable?");
  }
  return aside;
}

}  // namespace

std::filesystem::path manifest_file(const std::filesystem::path& database) {
  return database.string() + ".manifest.json";
}

void merge(Manifest& manifest, const Manifest& more) {
  for (const ManifestModule& module : more.modules) {
    const auto known = std::ranges::find(manifest.modules, module.name, &ManifestModule::name);
    if (known == manifest.modules.end()) {
      manifest.modules.push_back(module);
    } else if (known->tables.empty()) {
      *known = module;
    }
  }
  for (const ManifestTable& table : more.shared_tables) {
    if (std::ranges::find(manifest.shared_tables, table.table, &ManifestTable::table) ==
        manifest.shared_tables.end()) {
      manifest.shared_tables.push_back(table);
    }
  }
  if (!manifest.shared_scripts || manifest.shared_scripts->empty()) {
    if (more.shared_scripts) manifest.shared_scripts = more.shared_scripts;
  }
  merge_statements(manifest, more);
}

std::vector<std::filesystem::path> damaged_manifests(const std::filesystem::path& database) {
  std::vector<std::filesystem::path> found;
  for (const int number : numbers_of_damaged(database)) {
    found.push_back(damaged_name(database, number));
  }
  return found;
}

Result<Manifest> read(const std::filesystem::path& database) {
  const std::filesystem::path file = manifest_file(database);
  const auto text = whole_file(file);
  const bool missing = !text && (text.error() == std::errc::no_such_file_or_directory ||
                                 text.error() == std::errc::not_a_directory);
  if (!text && !missing) {
    return fail(ErrorCode::FailedPrecondition, "manifest.unreadable",
                "cannot read " + file.string() + ": " + text.error().message() +
                    ". Run this as the user of the application, or as root; or give the file back: "
                    "`chown --reference='" +
                    database.string() + "' '" + file.string() + "'`");
  }
  if (missing) {
    return fail(ErrorCode::NotFound, "manifest.missing",
                "there is no " + file.string() +
                    ". The application writes it when it starts: start it once with this database,"
                    " or give the right --database.");
  }
  auto manifest = json::decode<Manifest>(*text, json::Reading::Tolerant, kBounds);
  if (!manifest) {
    Error error = manifest.error();
    error.rule = "manifest.invalid";
    error.message = file.string() + ": " + error.message +
                    ". It may be the only evidence of statements that cross modules: put it right, "
                    "or start the application once, which puts it aside and writes a new one.";
    return fail(std::move(error));
  }
  return std::move(*manifest);
}

Result<void> write(const std::filesystem::path& database, const Manifest& manifest) {
  try {
    sqlite::write_durably(manifest_file(database), json::encode(manifest) + '\n', database);
  } catch (const std::filesystem::filesystem_error& fault) {
    return fail(ErrorCode::Unavailable, "manifest.not_written",
                "cannot write " + fault.path1().string() + ": " + fault.code().message() +
                    "; is the folder writable, is the disk full?");
  }
  return {};
}

Result<bool> update(
    const std::filesystem::path& database,
    const std::function<std::optional<Manifest>(std::optional<Manifest> known)>& change,
    const PutAside& put_aside) {
  const Turn turn(manifest_file(database).parent_path());
  auto known = read(database);
  const bool is_damaged = !known && known.error().rule == "manifest.invalid";
  const bool may_go_on =
      known || known.error().rule == "manifest.missing" || (is_damaged && put_aside);
  if (!may_go_on) return fail(std::move(known.error()));
  const auto changed = change(known ? std::optional(std::move(*known)) : std::nullopt);
  if (!changed) return false;
  if (is_damaged) {
    const auto aside = move_aside(database);
    if (!aside) return fail(aside.error());
    put_aside(*aside, known.error());
  }
  if (auto written = write(database, *changed); !written) return fail(std::move(written.error()));
  return true;
}

}  // namespace banyan::manifest
