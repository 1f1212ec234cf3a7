// SPDX-License-Identifier: Apache-2.0
#include "mover_lock.hpp"

#include <unistd.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "banyan/mover/move.hpp"
#include "database.hpp"

namespace banyan::mover {

Result<sqlite::FileLock> take_mover_lock(const std::filesystem::path& shared,
                                         const std::string& order) {
  auto lock = sqlite::FileLock::take(mover_lock_of(shared), shared, std::chrono::milliseconds(0));
  if (!lock) {
    return fail(ErrorCode::Conflict, "mover.already_running",
                "another mover is at work on " + shared.string() + " (" +
                    sqlite::FileLock::holder(mover_lock_of(shared)) +
                    "); wait until it has ended, then look where the module is");
  }
  lock->sign("pid " + std::to_string(::getpid()) + ": banyan schema " + order + ", since " +
             to_string(system_clock().now()) + "\n");
  return std::move(*lock);
}

std::optional<std::string> mover_at_work(const std::filesystem::path& shared) {
  constexpr std::string_view kPid = "pid ";
  std::string holder = sqlite::FileLock::holder(mover_lock_of(shared));
  if (!holder.starts_with(kPid)) return std::nullopt;
  pid_t process = 0;
  std::from_chars(holder.data() + kPid.size(), holder.data() + holder.size(), process);
  if (!sqlite::FileLock::is_held_by(mover_lock_of(shared), process)) return std::nullopt;
  return holder;
}

}  // namespace banyan::mover
