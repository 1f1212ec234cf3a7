// SPDX-License-Identifier: Apache-2.0
#include "access_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "access_line.hpp"

namespace banyan::strangler {
namespace {

constexpr std::chrono::milliseconds kInterval{50};
constexpr int kIntervalsPerLook = 20;
constexpr int kPatienceMilliseconds = 1'000;
constexpr std::string_view kStandardOutput = "-";

}  // namespace

AccessLog::AccessLog(const AccessLogPlan& plan, std::size_t loops)
    : plan_(plan), every_hundredths_(plan.share.hundredths()) {
  for (std::size_t i = 0; i < loops; ++i) buffers_.push_back(std::make_unique<Buffer>());
  open();
  if (file_ < 0) {
    const std::string why = std::generic_category().message(errno);
    throw std::runtime_error("cannot write the access log " + plan_.file + ": " + why +
                             ". Set another file in [access_log], or leave the section out.");
  }
  writer_ = std::thread([this] { run(); });
}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  writer_.join();
  if (file_ > STDERR_FILENO) ::close(file_);
}

bool AccessLog::wants_line() {
  constexpr std::uint64_t kWhole = 10'000;
  if (every_hundredths_ == kWhole) return true;
  // The share of each ten thousand, evenly: a step to a new whole number.
  const std::uint64_t before = requests_.fetch_add(1, std::memory_order_relaxed) % kWhole;
  return (before + 1) * every_hundredths_ / kWhole != before * every_hundredths_ / kWhole;
}

void AccessLog::line(http::Exchange& exchange, const Route* route, const Outcome& outcome) {
  add(exchange.loop(),
      {exchange.head(), exchange.id(), exchange.peer(), route, outcome, {}, system_clock().now()});
}

void AccessLog::line(const http::RefusedRequest& request, const Outcome& outcome) {
  add(request.loop, {request.head, request.id, request.peer, nullptr, outcome, request.refusal.name,
                     system_clock().now()});
}

void AccessLog::add(const http::Loop& loop, const AccessLine& facts) {
  Buffer& buffer = *buffers_[loop.index() % buffers_.size()];
  buffer.line.clear();
  plan_.json ? append_json(buffer.line, facts) : append_combined(buffer.line, facts);
  const std::lock_guard lock(buffer.mutex);
  if (buffer.text.size() + buffer.line.size() > kBufferBytes) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  buffer.text += buffer.line;
  ++buffer.lines;
}

void AccessLog::run() {
  // A pipe whose reader is gone is an error of write(2), not the end of the process.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  std::unique_lock lock(mutex_);
  for (int turn = 1; !stopping_; ++turn) {
    stop_.wait_for(lock, kInterval, [this] { return stopping_; });
    lock.unlock();
    if (turn % kIntervalsPerLook == 0 && moved_away()) reopen();
    if (reopen_.exchange(false, std::memory_order_relaxed)) open();
    write_all();
    lock.lock();
  }
  write_all();
}

void AccessLog::write_all() {
  std::string taken;
  for (const auto& buffer : buffers_) {
    std::uint64_t lines = 0;
    {
      const std::lock_guard lock(buffer->mutex);
      taken.swap(buffer->text);
      lines = std::exchange(buffer->lines, 0);
    }
    if (lines != 0) write(taken, lines);
    taken.clear();
  }
}

void AccessLog::write(std::string_view text, std::uint64_t lines) {
  const bool begun = line_begun_;
  const bool written = (!begun || write_fully("\n")) && write_fully(text);
  (written ? written_ : dropped_).fetch_add(lines, std::memory_order_relaxed);
}

bool AccessLog::write_fully(std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(file_, text.data(), text.size());
    if (size > 0) {
      line_begun_ = text[static_cast<std::size_t>(size) - 1] != '\n';
      text.remove_prefix(static_cast<std::size_t>(size));
      continue;
    }
    pollfd room{file_, POLLOUT, 0};
    const bool again = errno == EAGAIN && ::poll(&room, 1, kPatienceMilliseconds) > 0;
    if (!again && errno != EINTR) return false;
  }
  return true;
}

/// When it cannot be opened again, what is open is written on.
void AccessLog::open() {
  if (plan_.file == kStandardOutput) {
    file_ = STDOUT_FILENO;
    return;
  }
  const int opened =
      ::open(plan_.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC,
             S_IRUSR | S_IWUSR | S_IRGRP);
  if (opened < 0) return;
  if (file_ >= 0) ::close(file_);
  file_ = opened;
}

bool AccessLog::moved_away() const {
  if (file_ <= STDERR_FILENO) return false;
  struct stat named{};
  struct stat opened{};
  if (::stat(plan_.file.c_str(), &named) != 0) return errno == ENOENT;
  return ::fstat(file_, &opened) == 0 &&
         (named.st_ino != opened.st_ino || named.st_dev != opened.st_dev);
}

}  // namespace banyan::strangler
