// SPDX-License-Identifier: Apache-2.0
#include "sqlite_commits.hpp"

#include <chrono>
#include <utility>

#include "banyan/sqlite/connection.hpp"

namespace banyan::sql {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{20};
// Who cannot be asked now is asked again then.
constexpr std::chrono::milliseconds kBusyWait{100};

}  // namespace

class SqliteCommits::File {
 public:
  explicit File(const std::filesystem::path& path)
      : connection_(sqlite::Connection::open(path, sqlite::OpenMode::ReadRecovering, kBusyWait)) {}

  /// Now and then: asking about a file makes its next commit dearer.
  bool is_replaced() {
    constexpr int kLooks = 50;
    return ++looks_ % kLooks == 0 && connection_.moved();
  }
  /// Has something been committed since the last time, or is this the first?
  bool has_changed() {
    const std::int64_t now = connection_.number("PRAGMA data_version");
    return std::exchange(version_, now) != now;
  }

 private:
  const sqlite::Connection connection_;
  std::int64_t version_ = -1;
  int looks_ = 0;
};

SqliteCommits::SqliteCommits(std::function<std::vector<std::filesystem::path>()> files,
                             OnFault on_fault)
    : files_(std::move(files)), on_fault_(std::move(on_fault)), listeners_(on_fault_) {}

SqliteCommits::~SqliteCommits() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ending_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<CommitWatch> SqliteCommits::watch(std::function<void()> changed) {
  auto watch = listeners_.add("", std::move(changed));
  const std::lock_guard lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  return watch;
}

void SqliteCommits::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    contain(
        [this] {
          if (look()) listeners_.tell_all();
        },
        on_fault_);
    lock.lock();
    ending_.wait_for(lock, kBetweenLooks, [this] { return stopping_; });
  }
}

// All of them: each is to be known the next time.
bool SqliteCommits::look() {
  bool changed = false;
  for (const auto& path : files_()) {
    auto& file = open_[path];
    try {
      if (file && file->is_replaced()) file.reset();
      if (!file) file = std::make_unique<File>(path);
      changed |= file->has_changed();
    } catch (const std::exception&) {  // whoever uses the file says what is wrong with it
      file.reset();
    }
  }
  return changed;
}

}  // namespace banyan::sql
