// SPDX-License-Identifier: Apache-2.0
#include "locked_files.hpp"

#include <algorithm>

#include "banyan/sqlite/file_owner.hpp"

namespace banyan::mover {
namespace {

using std::chrono::milliseconds;

// SQLite fixes these with the first page.
void make_like_the_shared(const Connection& own, const Connection& shared) {
  if (own.number("PRAGMA page_count") != 0) return;
  own.run("PRAGMA encoding = '" + shared.text("PRAGMA encoding") +
          "'; PRAGMA page_size = " + shared.text("PRAGMA page_size") +
          "; PRAGMA auto_vacuum = " + shared.text("PRAGMA auto_vacuum"));
}

}  // namespace

void LockedFiles::roll_back() const noexcept {
  own.roll_back();
  shared.roll_back();
}

Result<LockedFiles> lock_files(const Files& files, milliseconds wait,
                               const std::function<void()>& on_locked) {
  const auto until = std::chrono::steady_clock::now() + wait;
  const auto left = [until] {
    const auto time = until - std::chrono::steady_clock::now();
    return std::max(std::chrono::duration_cast<milliseconds>(time), milliseconds(0));
  };
  const auto begin = [&left, wait](Connection& database) {
    about(database.file(), [&] {
      database.set_busy_wait(left());
      database.run("BEGIN IMMEDIATE");
      database.set_busy_wait(wait);
    });
  };
  Connection shared = open_for_applying(files.shared, wait);
  auto own_lock = sqlite::FileLock::take(sqlite::writer_lock_of(files.own), files.shared, wait);
  if (!own_lock) return fail(still_locked(files.own));
  // SQLite's journals follow the owner and the mode of their database.
  sqlite::make_like(files.own, files.shared);
  Connection own = open_for_applying(files.own, left());
  about(files.own, [&] { make_like_the_shared(own, shared); });
  begin(own);
  auto shared_lock =
      sqlite::FileLock::take(sqlite::writer_lock_of(files.shared), files.shared, left());
  if (!shared_lock) return fail(still_locked(files.shared));
  if (on_locked) on_locked();
  begin(shared);
  return LockedFiles{std::move(*own_lock), std::move(*shared_lock), std::move(own),
                     std::move(shared)};
}

}  // namespace banyan::mover
