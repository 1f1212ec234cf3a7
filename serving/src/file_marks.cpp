// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/file_marks.hpp"

#include <sys/stat.h>

namespace banyan::serving {

std::string mark_of(const std::filesystem::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return {};
  return std::to_string(found.st_dev) + ':' + std::to_string(found.st_ino) + ':' +
         std::to_string(found.st_mode) + ':' + std::to_string(found.st_uid) + ':' +
         std::to_string(found.st_gid) + ':' + std::to_string(found.st_size) + ':' +
         std::to_string(found.st_mtim.tv_sec) + '.' + std::to_string(found.st_mtim.tv_nsec);
}

FileMarks marks_of(const std::vector<std::filesystem::path>& files) {
  FileMarks marks;
  for (const std::filesystem::path& file : files) marks[file] = mark_of(file);
  return marks;
}

}  // namespace banyan::serving
