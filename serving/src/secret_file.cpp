// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/secret_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

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
  const std::string file = shell_word(path);
  return "let this process read it, as its owner: chgrp " + std::to_string(::getegid()) + ' ' +
         file + " && chmod 640 " + file;
}

}  // namespace banyan::serving
