// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "banyan/posix/descriptor.hpp"
#include "banyan/serving/file_marks.hpp"
#include "banyan/telemetry/contained.hpp"

namespace banyan::serving {

/// Tells when one of some files has become another one: rewritten, replaced by rename, reached
/// through a link that was turned, given to others to read, or taken away. Waits until the folders
/// have been quiet for a moment and what has changed has been still for one: the same at two looks,
/// `kStill` apart, so that files which are being written, or replaced by removing them first, are
/// not read by halves. One that never is keeps the others back for `kTogether`, and is taken as it
/// is after `kRestless`. The folders of the files, and of what they are links to, are watched; what
/// cannot be seen there (links in between, file systems of other machines) is found by looking now
/// and then.
class FileWatch {
 public:
  static constexpr std::chrono::milliseconds kLook{10'000};
  static constexpr std::chrono::milliseconds kStill{250};
  static constexpr std::chrono::milliseconds kTogether{2'000};
  static constexpr std::chrono::milliseconds kRestless{5'000};

  /// With marks from before the files were read: what has happened to them since is told as well.
  /// `changed` comes on a thread of the watch's own, once for what has changed together; what it
  /// throws, `on_fault` is told, and the watch goes on. Where the system lets nothing be watched,
  /// or not all, `on_fault` is told once, and the files are looked at more often. It is told of a
  /// file that is taken while it changes, too, once until that has been still.
  FileWatch(FileMarks as_read, std::function<void()> changed,
            std::chrono::milliseconds look = kLook, telemetry::OnFault on_fault = {});
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// From now on these instead; the marks count for those that are new. From any thread, also from
  /// inside `changed`.
  void watch(FileMarks as_read);

 private:
  void run();
  /// Has run() look, when all has been quiet for a moment.
  void wake() const;
  enum class Found : std::uint8_t { Nothing, Moving, Changed };
  /// Whether a file is another one than when that was told last, and for how long.
  Found look();
  /// What has become another one counts as told, but for what still changes and may.
  void take(std::chrono::steady_clock::time_point now);
  void watch_folders();
  /// Not all can be watched, for want of `what`: what changes is found by looking.
  void look_often(const std::string& what);

  std::function<void()> changed_;
  telemetry::OnFault on_fault_;
  std::atomic<std::chrono::milliseconds> look_;
  bool told_ = false;  ///< that not all can be watched
  std::mutex mutex_;
  /// What a file has become that is another one, since when it has been that, and since when it is
  /// no more what it was.
  struct Becoming {
    std::string mark;
    std::chrono::steady_clock::time_point since;
    std::chrono::steady_clock::time_point begun;

    bool is_still(std::chrono::steady_clock::time_point now) const { return now - since >= kStill; }
    bool is_restless(std::chrono::steady_clock::time_point now) const {
      return !is_still(now) && now - begun >= kRestless;
    }
  };
  FileMarks seen_;  ///< as they were told
  std::map<std::filesystem::path, Becoming> becoming_;
  std::set<std::filesystem::path> restless_;  ///< those that were told so
  std::set<int> folders_;                     ///< as inotify(7) numbers them
  posix::Descriptor notices_;                 ///< invalid: nothing can be watched
  posix::Descriptor waker_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace banyan::serving
