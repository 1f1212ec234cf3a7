// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/line_output.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace banyan::telemetry {
namespace {

using Clock = std::chrono::steady_clock;

/// So often a write that waits looks whether it has to hurry.
constexpr std::chrono::milliseconds kLook{50};

posix::Descriptor open_to_append(const std::string& file, mode_t mode) {
  return posix::Descriptor(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, mode));
}

}  // namespace

LineOutput::LineOutput(std::string file, mode_t mode)
    : file_(std::move(file)), mode_(mode), own_(open_to_append(file_, mode)) {
  if (!own_.valid()) throw std::system_error(errno, std::generic_category(), file_);
}

LineOutput::LineOutput(int descriptor) : given_(descriptor) {
  struct stat what{};
  if (::fstat(descriptor, &what) != 0 || S_ISREG(what.st_mode)) return;
  if (S_ISSOCK(what.st_mode)) {
    kind_ = Kind::Socket;
    return;
  }
  // Whoever else has it must not meet EAGAIN: only a way of our own to it never blocks.
  const std::string way = "/proc/self/fd/" + std::to_string(descriptor);
  own_ = posix::Descriptor(::open(way.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!own_.valid()) kind_ = Kind::Polled;
}

std::string_view LineOutput::write(std::string_view lines,
                                   std::optional<std::chrono::milliseconds> patience) {
  if (line_begun_ && !write_all("\n", patience).empty()) return lines;
  return write_all(lines, patience);
}

std::string_view LineOutput::write_all(std::string_view text,
                                       std::optional<std::chrono::milliseconds> patience) {
  while (!text.empty()) {
    const ssize_t size = write_some(text);
    if (size > 0) {
      line_begun_ = text[static_cast<std::size_t>(size) - 1] != '\n';
      text.remove_prefix(static_cast<std::size_t>(size));
      continue;
    }
    if (size < 0 && errno == EINTR) continue;
    const bool full = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (!full || !await_room(patience)) break;
  }
  return text;
}

ssize_t LineOutput::write_some(std::string_view text) const {
  switch (kind_) {
    case Kind::Direct: break;
    case Kind::Socket:
      return ::send(number(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    case Kind::Polled: {
      pollfd room{number(), POLLOUT, 0};
      if (::poll(&room, 1, 0) <= 0) {
        errno = EAGAIN;
        return -1;
      }
      // There is room for so much at least, as pipe(7) has it.
      return ::write(number(), text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    }
  }
  return ::write(number(), text.data(), text.size());
}

bool LineOutput::await_room(std::optional<std::chrono::milliseconds> patience) const {
  const auto begin = Clock::now();
  while (true) {
    const auto now = Clock::now();
    if (now >= end_.load() || (patience && now - begin >= *patience)) return false;
    pollfd room{number(), POLLOUT, 0};
    const auto time = std::min(kLook, patience.value_or(kLook));
    const int ready = ::poll(&room, 1, static_cast<int>(time.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool LineOutput::moved_away() const {
  if (file_.empty()) return false;
  struct stat named{};
  struct stat opened{};
  if (::stat(file_.c_str(), &named) != 0) return errno == ENOENT;
  return ::fstat(number(), &opened) == 0 &&
         (named.st_ino != opened.st_ino || named.st_dev != opened.st_dev);
}

std::error_code LineOutput::reopen() {
  if (file_.empty()) return {};
  posix::Descriptor opened = open_to_append(file_, mode_);
  if (!opened.valid()) return {errno, std::generic_category()};
  own_ = std::move(opened);
  line_begun_ = false;
  return {};
}

}  // namespace banyan::telemetry
