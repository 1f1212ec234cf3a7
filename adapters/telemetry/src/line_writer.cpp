// SPDX-License-Identifier: Apache-2.0
#include "line_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <utility>

namespace banyan::telemetry {
namespace {

constexpr std::chrono::seconds kPatienceAtTheEnd{1};
constexpr std::chrono::seconds kLook{1};

/// A pipe whose reader is gone is an error of write(2), not the end of the process. Signals of the
/// program are for other threads.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

}  // namespace

LineWriter::LineWriter(std::unique_ptr<LineOutput> output, NotReopened not_reopened)
    : output_(std::move(output)),
      not_reopened_(std::move(not_reopened)),
      looked_(std::chrono::steady_clock::now()) {
  thread_ = std::thread([this] { run(); });
}

LineWriter::~LineWriter() {
  output_->hurry(std::chrono::steady_clock::now() + kPatienceAtTheEnd);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool LineWriter::add(std::string_view line) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > kMostWaiting) return false;
    waiting_ += line;
  }
  changed_.notify_one();
  return true;
}

void LineWriter::reopen() {
  {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
  }
  changed_.notify_one();
}

void LineWriter::run() {
  block_signals();
  std::string taken;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || reopen_ || !waiting_.empty(); });
    if (waiting_.empty() && stopping_) return;
    taken.swap(waiting_);
    const bool reopen = std::exchange(reopen_, false);
    lock.unlock();
    if (reopen) {
      told_ = false;
      reopen_now();
    }
    write(taken);
    taken.clear();
    lock.lock();
  }
}

void LineWriter::reopen_now() {
  const std::error_code failed = output_->reopen();
  const bool told = std::exchange(told_, static_cast<bool>(failed));
  if (failed && !told && not_reopened_) not_reopened_(failed);
}

void LineWriter::write(std::string_view lines) {
  if (lines.empty()) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ >= kLook) {
    looked_ = now;
    if (output_->moved_away()) reopen_now();
  }
  const std::string_view left = output_->write(lines);
  if (!left.empty()) dropped_.fetch_add(lines_in(left), std::memory_order_relaxed);
}

}  // namespace banyan::telemetry
