// SPDX-License-Identifier: Apache-2.0
#include "settings_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace banyan::program {

void SettingsFile::read(const std::string& file) {
  // A folder can be opened, and reads as nothing.
  if (std::filesystem::is_directory(file)) {
    throw std::system_error(EISDIR, std::generic_category());
  }
  std::ifstream stream(file);
  if (!stream) throw std::system_error(errno, std::generic_category());
  load(stream);
}

void SettingsFile::setRaw(const std::string& key, const std::string& value) {
  written_.push_back(key);
  PropertyFileConfiguration::setRaw(key, value);
}

}  // namespace banyan::program
