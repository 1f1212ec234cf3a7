// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/log_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace banyan::supervision {
namespace {

namespace fs = std::filesystem;

fs::path aside(const fs::path& file, std::uint32_t number) {
  return file.string() + '.' + std::to_string(number);
}

}  // namespace

LogFile::LogFile(fs::path file, std::uint64_t most_bytes, std::uint32_t files)
    : file_(std::move(file)), most_bytes_(most_bytes), files_(files) {}

void LogFile::open() {
  descriptor_ =
      posix::Descriptor(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  struct stat status{};
  bytes_ = descriptor_.valid() && ::fstat(descriptor_.number(), &status) == 0
               ? static_cast<std::uint64_t>(status.st_size)
               : 0;
}

void LogFile::put_aside() {
  descriptor_.close();
  std::error_code failed;
  fs::remove(files_ == 1 ? file_ : aside(file_, files_ - 1), failed);
  for (std::uint32_t number = files_ - 1; number > 1; --number) {
    fs::rename(aside(file_, number - 1), aside(file_, number), failed);  // there may be none
  }
  if (files_ > 1) fs::rename(file_, aside(file_, 1), failed);
  open();
}

std::string LogFile::write(Timestamp time, std::string_view line) {
  std::string text = to_string(time) + ' ';
  text.append(line) += '\n';
  if (!descriptor_.valid()) open();
  if (descriptor_.valid() && bytes_ > 0 && bytes_ + text.size() > most_bytes_) put_aside();
  if (!descriptor_.valid()) return file_.string() + ": " + std::strerror(errno);
  const ssize_t written = ::write(descriptor_.number(), text.data(), text.size());
  if (written > 0) bytes_ += static_cast<std::uint64_t>(written);
  if (written == static_cast<ssize_t>(text.size())) return {};
  return file_.string() + ": " + (written < 0 ? std::strerror(errno) : "the disk is full");
}

void LineCutter::feed(std::string_view piece, const Take& take) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::size_t room = longest_ - begun_.size();
    const bool whole = end != std::string_view::npos && end <= room;
    begun_.append(piece.substr(0, whole ? end : room));
    piece.remove_prefix(std::min(whole ? end + 1 : room, piece.size()));
    if (!whole && begun_.size() < longest_) return;
    if (begun_.ends_with('\r')) begun_.pop_back();
    take(begun_);
    begun_.clear();
  }
}

void LineCutter::finish(const Take& take) {
  if (!begun_.empty()) take(begun_);
  begun_.clear();
}

}  // namespace banyan::supervision
