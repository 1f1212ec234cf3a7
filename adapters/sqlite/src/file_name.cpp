// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/file_name.hpp"

#include <system_error>

namespace banyan::sqlite {

std::filesystem::path behind_links(std::filesystem::path file) {
  constexpr int kMostLinks = 40;  // more are a circle, which nobody can open
  std::error_code none;
  for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(file, none); ++links) {
    const auto target = std::filesystem::read_symlink(file, none);
    if (none) break;
    file = file.parent_path() / target;  // the target alone when it is absolute
  }
  return file;
}

}  // namespace banyan::sqlite
