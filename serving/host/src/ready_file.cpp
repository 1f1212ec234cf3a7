// SPDX-License-Identifier: Apache-2.0
#include "ready_file.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace banyan::host {
namespace {

std::string trouble_with(const std::string& file) {
  return "cannot write the file " + file +
         ". Give another with --ready-file, in a folder that exists.";
}

}  // namespace

ReadyFile::ReadyFile(std::string file, std::uint16_t port) : file_(std::move(file)) {
  if (file_.empty()) return;
  // A folder cannot be replaced by a file, which would be known too late.
  std::error_code ignored;
  std::ofstream stream(part());
  stream << port << '\n' << std::flush;
  if (!stream || std::filesystem::is_directory(file_, ignored)) {
    stream.close();
    std::filesystem::remove(part(), ignored);
    throw std::runtime_error(trouble_with(file_));
  }
}

ReadyFile::~ReadyFile() {
  std::error_code ignored;
  if (!file_.empty() && !published_) std::filesystem::remove(part(), ignored);
}

std::string ReadyFile::publish() {
  if (file_.empty()) return {};
  std::error_code error;
  std::filesystem::rename(part(), file_, error);
  published_ = !error;
  return error ? trouble_with(file_) : std::string();
}

}  // namespace banyan::host
