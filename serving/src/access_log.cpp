// SPDX-License-Identifier: Apache-2.0
#include "access_log.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "access_line.hpp"

namespace banyan::serving {
namespace {

constexpr std::chrono::milliseconds kInterval{50};
constexpr int kIntervalsPerLook = 20;
constexpr std::chrono::milliseconds kPatience{1'000};
/// A disk that is full stays so for a while, and often is the log's as well.
constexpr std::chrono::minutes kBetweenLosses{1};
constexpr std::string_view kStandardOutput = "-";
constexpr mode_t kOwnersAndGroups = 0640;

std::unique_ptr<telemetry::LineOutput> open_output(const std::string& file) {
  if (file == kStandardOutput) return std::make_unique<telemetry::LineOutput>(STDOUT_FILENO);
  try {
    return std::make_unique<telemetry::LineOutput>(file, kOwnersAndGroups);
  } catch (const std::system_error& error) {
    throw std::runtime_error("cannot write the access log " + file + ": " + error.code().message() +
                             ". Set another file in [access_log], or leave the section out.");
  }
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

AccessLine line_of(const http::Exchange& exchange, const strangler::Route* route,
                   const strangler::Outcome& outcome, const AccessLine::Marks& marks) {
  return {exchange.head(),      exchange.id(), exchange.peer(), route, outcome, {},
          system_clock().now(), marks};
}

}  // namespace

AccessLog::AccessLog(const strangler::AccessLogPlan& plan, std::size_t loops,
                     const telemetry::Log& log)
    : plan_(plan),
      log_(log),
      output_(open_output(plan.file)),
      every_hundredths_(plan.share.hundredths()),
      loops_(loops) {
  for (std::size_t i = 0; i <= loops; ++i) buffers_.push_back(std::make_unique<Buffer>());
  writer_ = std::thread([this] { run(); });
}

AccessLog::~AccessLog() {
  output_->hurry(std::chrono::steady_clock::now() + kPatience);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  writer_.join();
}

bool AccessLog::wants_line() {
  constexpr std::uint64_t kWhole = 10'000;
  if (every_hundredths_ == kWhole) return true;
  // The share of each ten thousand, evenly: a step to a new whole number.
  const std::uint64_t before = requests_.fetch_add(1, std::memory_order_relaxed) % kWhole;
  return (before + 1) * every_hundredths_ / kWhole != before * every_hundredths_ / kWhole;
}

void AccessLog::line(http::Exchange& exchange, const strangler::Route* route,
                     const strangler::Outcome& outcome, const AccessLine::Marks& marks) {
  add(buffer_of(exchange.loop()), line_of(exchange, route, outcome, marks));
}

void AccessLog::line_of_worker(http::Exchange& exchange, const strangler::Route* route,
                               const strangler::Outcome& outcome, const AccessLine::Marks& marks) {
  add_of_worker(line_of(exchange, route, outcome, marks));
}

void AccessLog::line_of_copy(AccessLine line) {
  if (!plan_.json) return;
  line.now = system_clock().now();
  line.shadow = true;
  add_of_worker(line);
}

void AccessLog::add_of_worker(const AccessLine& facts) {
  Buffer& shared = *buffers_.back();
  const std::lock_guard lock(shared.mutex);
  shared.line.clear();
  format(shared.line, facts);
  take(shared);
}

void AccessLog::line(const http::RefusedRequest& request, const strangler::Outcome& outcome) {
  add(buffer_of(request.loop), {request.head,
                                request.id,
                                request.peer,
                                nullptr,
                                outcome,
                                request.refusal.name,
                                system_clock().now(),
                                {}});
}

void AccessLog::format(std::string& out, const AccessLine& line) const {
  plan_.json ? append_json(out, line) : append_combined(out, line);
}

void AccessLog::add(Buffer& buffer, const AccessLine& line) {
  buffer.line.clear();
  format(buffer.line, line);
  const std::lock_guard lock(buffer.mutex);
  take(buffer);
}

/// With the buffer locked.
void AccessLog::take(Buffer& buffer) {
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
    const bool looks = turn % kIntervalsPerLook == 0;
    if (reopen_.exchange(false, std::memory_order_relaxed)) {
      told_of_file_ = false;
      reopen_now();
    } else if (looks && output_->moved_away()) {
      reopen_now();
    }
    write_all();
    if (looks) tell_of_dropped();
    lock.lock();
  }
  write_all();
}

void AccessLog::reopen_now() {
  const std::error_code failed = output_->reopen();
  const bool told = std::exchange(told_of_file_, static_cast<bool>(failed));
  if (!failed || told) return;
  log_.write(telemetry::Level::Warning, "access_log_not_reopened",
             {{"message", "the access log " + plan_.file + " cannot be opened again: " +
                              failed.message() + "; the one that was open is written on"},
              {"next", "mend the folder, and send SIGHUP again"}});
}

void AccessLog::tell_of_dropped() {
  const std::uint64_t dropped = this->dropped();
  if (dropped == dropped_and_told_) return;
  const auto now = std::chrono::steady_clock::now();
  if (told_at_ && now - *told_at_ < kBetweenLosses) return;
  told_at_ = now;
  log_.write(telemetry::Level::Warning, "access_log_lines_dropped",
             {{"lines", dropped - dropped_and_told_},
              {"message", "the access log " + plan_.file +
                              " did not take them: its disk is full or slow, or nobody reads it"}});
  dropped_and_told_ = dropped;
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
  const std::uint64_t left = lines_in(output_->write(text, kPatience));
  written_.fetch_add(lines - left, std::memory_order_relaxed);
  dropped_.fetch_add(left, std::memory_order_relaxed);
}

}  // namespace banyan::serving
