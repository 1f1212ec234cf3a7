// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/run_folder.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include "banyan/http/listening_socket.hpp"
#include "owner.hpp"

namespace banyan::http {
namespace fs = std::filesystem;

std::string name_of_user(uid_t id) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->pw_name : "user " + std::to_string(id);
}

std::string if_of_somebody_else(const fs::path& path) {
  struct stat entry{};
  if (::lstat(path.c_str(), &entry) != 0 || entry.st_uid == ::geteuid()) return {};
  return " (it belongs to " + name_of_user(entry.st_uid) + ")";
}

namespace {

// A folder, no link to one, in which nobody else can make or take away files.
bool is_ours_alone(const fs::path& folder) {
  struct stat entry{};
  return ::lstat(folder.c_str(), &entry) == 0 && S_ISDIR(entry.st_mode) &&
         entry.st_uid == ::geteuid() && (entry.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

fs::path folder_of_this_user() {
  // After `su` it may still be the other user's.
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && is_ours_alone(runtime)) return runtime;
  fs::path folder = fs::temp_directory_path() / ("banyan-" + std::to_string(::geteuid()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw std::system_error(
        errno, std::generic_category(),
        "cannot make the folder " + folder.string() +
            " for the lock file; see that the folder above it may be written to");
  }
  if (!is_ours_alone(folder)) {
    throw std::runtime_error(
        folder.string() + if_of_somebody_else(folder) + " is no folder that only " +
        name_of_user(::geteuid()) +
        " may write to, as the one of the lock file must be; remove it, or name another folder for"
        " temporary files in TMPDIR");
  }
  return folder;
}

/// Some of these files are sockets, whose paths are short: at most 107 characters.
constexpr std::size_t kLongestName = 40;

std::string hash_of(std::string_view text) {  // FNV-1a
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return "at-" + std::to_string(hash);
}

}  // namespace

fs::path run_file(const Endpoint& as_written, std::string_view ending) {
  // However somebody spells it, it is one address.
  const Endpoint endpoint = as_bound(as_written).value_or(as_written);
  // Two of them may have the same relative path.
  std::string name = is_unix(endpoint)
                         ? fs::absolute(unix_path(endpoint)).lexically_normal().string()
                         : to_string(endpoint);
  if (name.size() > kLongestName) name = hash_of(name);
  for (char& c : name) {
    if (c == '/' || c == ':' || c == '[' || c == ']') c = '_';
  }
  return folder_of_this_user() / ("banyan-" + name + '.' + std::string(ending));
}

}  // namespace banyan::http
