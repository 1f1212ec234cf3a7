// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace banyan::test {

/// A file that only its owner may read, as one with a secret has to be.
inline void write_secret(const std::filesystem::path& file, const std::string& text) {
  using std::filesystem::perms;
  std::ofstream(file) << text;
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
}

}  // namespace banyan::test
