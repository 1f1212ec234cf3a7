// SPDX-License-Identifier: Apache-2.0
#include "file_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace banyan::serving {
namespace {

constexpr std::chrono::milliseconds kQuiet{50};
/// In a folder that never is quiet they are looked at all the same.
constexpr std::chrono::milliseconds kLongest{1'000};
/// How often files are looked at that cannot be watched.
constexpr std::chrono::milliseconds kLookOften{2'000};
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB;

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

void read_away(int descriptor) {
  std::array<char, 4096> notices;
  while (::read(descriptor, notices.data(), notices.size()) > 0) {
  }
}

}  // namespace

FileWatch::FileWatch(FileMarks as_read, std::function<void()> changed,
                     std::chrono::milliseconds look, telemetry::OnFault on_fault)
    : changed_(std::move(changed)),
      on_fault_(std::move(on_fault)),
      look_(look),
      notices_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      waker_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!waker_.valid()) {
    throw std::system_error(errno, std::system_category(), "cannot watch files");
  }
  if (!notices_.valid())
    look_often("there are too many inotify instances (fs.inotify.max_user_instances)");
  watch(std::move(as_read));
  thread_ = std::thread([this] { run(); });
}

FileWatch::~FileWatch() {
  stopping_ = true;
  wake();
  thread_.join();
}

void FileWatch::look_often(const std::string& what) {
  look_ = std::min(look_.load(), kLookOften);
  if (std::exchange(told_, true) || !on_fault_) return;
  on_fault_("files cannot be watched, for " + what + "; they are looked at every " +
            std::to_string(look_.load().count()) + " ms instead");
}

void FileWatch::wake() const { ::eventfd_write(waker_.number(), 1); }

void FileWatch::watch(FileMarks as_read) {
  const std::lock_guard lock(mutex_);
  for (auto& [file, mark] : as_read) {
    const auto known = seen_.find(file);
    if (known != seen_.end()) mark = known->second;
  }
  seen_ = std::move(as_read);
  std::erase_if(becoming_, [this](const auto& each) { return !seen_.contains(each.first); });
  std::erase_if(restless_, [this](const auto& each) { return !seen_.contains(each); });
  watch_folders();
  wake();
}

void FileWatch::watch_folders() {
  std::set<std::filesystem::path> wanted;
  for (const auto& [file, seen] : seen_) {
    wanted.insert(folder_of(file));
    std::error_code failed;
    const auto target = std::filesystem::canonical(file, failed);
    if (!failed) wanted.insert(target.parent_path());
  }
  std::set<int> numbers;
  for (const std::filesystem::path& folder : wanted) {
    const int number = ::inotify_add_watch(notices_.number(), folder.c_str(), kEvents);
    if (number >= 0) numbers.insert(number);
    // A folder that is not there is found by looking now and then.
    if (number < 0 && (errno == ENOSPC || errno == ENOMEM)) {
      look_often("there are too many inotify watches (fs.inotify.max_user_watches)");
    }
  }
  for (const int each : folders_) {
    if (!numbers.contains(each)) ::inotify_rm_watch(notices_.number(), each);
  }
  folders_ = std::move(numbers);
}

void FileWatch::run() {
  std::array<pollfd, 2> waiting{pollfd{notices_.number(), POLLIN, 0},
                                pollfd{waker_.number(), POLLIN, 0}};
  bool stirred = false;
  bool moving = false;
  std::chrono::steady_clock::time_point since;
  while (true) {
    const auto time = stirred ? kQuiet : moving ? kStill : look_.load();
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(time.count()));
    if (stopping_) return;
    if (ready < 0) continue;
    if (ready > 0) {
      read_away(notices_.number());
      read_away(waker_.number());
      const auto now = std::chrono::steady_clock::now();
      if (!std::exchange(stirred, true)) since = now;
      if (now - since < kLongest) continue;
    }
    stirred = false;
    telemetry::contain(
        [&] {
          const Found found = look();
          moving = found != Found::Nothing;  // what was told may have left others that move
          if (found == Found::Changed) changed_();
        },
        on_fault_);
  }
}

FileWatch::Found FileWatch::look() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  bool all_still = true;
  bool overdue = false;
  for (const auto& [file, seen] : seen_) {
    std::string mark = mark_of(file);
    if (mark == seen) {
      becoming_.erase(file);
      continue;
    }
    const auto [known, is_new] = becoming_.try_emplace(file);
    Becoming& become = known->second;
    if (is_new) become.begun = now;
    if (is_new || become.mark != mark) {
      become.mark = std::move(mark);
      become.since = now;
    }
    all_still = all_still && become.is_still(now);
    overdue = overdue || now - become.since >= kTogether || become.is_restless(now);
  }
  if (becoming_.empty()) return Found::Nothing;
  if (!all_still && !overdue) return Found::Moving;
  take(now);
  watch_folders();
  return Found::Changed;
}

void FileWatch::take(std::chrono::steady_clock::time_point now) {
  for (auto each = becoming_.begin(); each != becoming_.end();) {
    auto& [file, become] = *each;
    const bool restless = become.is_restless(now);
    if (!restless && !become.is_still(now)) {
      ++each;
      continue;
    }
    if (!restless) restless_.erase(file);
    if (restless && restless_.insert(file).second && on_fault_) {
      on_fault_(file.string() + " has not been still for " + std::to_string(kRestless.count()) +
                " ms; it is read as it is. Have whoever writes it write what has changed only, to "
                "another name, and rename it");
    }
    seen_[file] = std::move(become.mark);
    each = becoming_.erase(each);
  }
}

}  // namespace banyan::serving
