// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "banyan/kernel/single_quoted.hpp"

namespace banyan::serving {
namespace {

/// "0644"
std::string octal(mode_t mode) {
  std::string digits;
  for (const unsigned shift : {9U, 6U, 3U, 0U}) {
    digits += "01234567"[(mode >> shift) & 7U];
  }
  return digits;
}

std::optional<std::string> judged(const struct stat& found, const std::string& path) {
  if ((found.st_mode & (S_IROTH | S_IWOTH)) == 0) return std::nullopt;
  return path + " is open to everybody on this machine (mode " + octal(found.st_mode) +
         "), and has a secret; close it with: chmod o= " + shell_word(path);
}

/// The first folder on the way to `file` that this process may not search. A link on the way is
/// gone through: where it leads, another folder may be closed.
std::optional<std::string> closed_folder(const std::filesystem::path& file, int most_links) {
  std::filesystem::path way = file.is_absolute() ? file.root_path() : std::filesystem::path(".");
  const std::filesystem::path names = file.relative_path();
  for (auto name = names.begin(); name != names.end(); ++name) {
    // As open() does, by the effective user; access() goes by the real one.
    if (::faccessat(AT_FDCWD, way.c_str(), X_OK, AT_EACCESS) != 0) {
      return errno == EACCES ? std::optional(way.string()) : std::nullopt;
    }
    std::error_code no_link;
    const std::filesystem::path target = std::filesystem::read_symlink(way / *name, no_link);
    if (no_link) {
      way /= *name;
      continue;
    }
    if (most_links == 0) return std::nullopt;
    std::filesystem::path behind = way / target;  // the target alone when it is absolute
    for (++name; name != names.end(); ++name) behind /= *name;
    return closed_folder(behind, most_links - 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> why_open_to_everybody(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return judged(found, path);
}

std::optional<std::string> why_open_to_everybody(int descriptor, const std::string& path) {
  struct stat found{};
  if (::fstat(descriptor, &found) != 0) return std::nullopt;
  return judged(found, path);
}

std::optional<std::string> how_to_let_read(const std::string& path, int reason) {
  if (reason != EACCES && reason != EPERM) return std::nullopt;
  constexpr int kMostLinks = 40;  // as the system has it
  const std::string group = std::to_string(::getegid());
  if (const auto closed = closed_folder(path, kMostLinks)) {
    const std::string folder = shell_word(*closed);
    return "let this process through the folder, as its owner: chgrp " + group + ' ' + folder +
           " && chmod u+x,g=x " + folder;
  }
  const std::string file = shell_word(path);
  return "let this process read it, as its owner: chgrp " + group + ' ' + file + " && chmod 640 " +
         file;
}

}  // namespace banyan::serving
