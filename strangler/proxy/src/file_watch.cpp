// SPDX-License-Identifier: Apache-2.0
#include "file_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace banyan::strangler {
namespace {

constexpr int kQuietMilliseconds = 50;
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE;

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

void read_away(int descriptor) {
  std::array<char, 4096> notices;
  while (::read(descriptor, notices.data(), notices.size()) > 0) {
  }
}

}  // namespace

FileWatch::FileWatch(std::filesystem::path file, std::function<void()> changed)
    : file_(std::move(file)), changed_(std::move(changed)), seen_(identity()) {
  notices_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  const std::filesystem::path folder = folder_of(file_);
  if (notices_ < 0 || stop_ < 0 || ::inotify_add_watch(notices_, folder.c_str(), kEvents) < 0) {
    const std::error_code reason(errno, std::system_category());
    ::close(notices_);
    ::close(stop_);
    throw std::system_error(reason, "cannot watch " + folder.string());
  }
  thread_ = std::thread([this] { run(); });
}

FileWatch::~FileWatch() {
  const std::uint64_t one = 1;
  while (::write(stop_, &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
  ::close(notices_);
  ::close(stop_);
}

void FileWatch::run() {
  std::array<pollfd, 2> waiting{pollfd{notices_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
  bool stirred = false;
  while (true) {
    const int ready = ::poll(waiting.data(), waiting.size(), stirred ? kQuietMilliseconds : -1);
    if (waiting[1].revents != 0) return;
    if (ready > 0) {
      read_away(notices_);
      stirred = true;
      continue;
    }
    if (ready < 0) continue;
    stirred = false;
    std::string now = identity();
    if (now.empty() || now == seen_) continue;
    seen_ = std::move(now);
    changed_();
  }
}

std::string FileWatch::identity() const {
  struct stat found{};
  if (::stat(file_.c_str(), &found) != 0) return {};
  return std::to_string(found.st_dev) + ':' + std::to_string(found.st_ino) + ':' +
         std::to_string(found.st_size) + ':' + std::to_string(found.st_mtim.tv_sec) + '.' +
         std::to_string(found.st_mtim.tv_nsec);
}

}  // namespace banyan::strangler
