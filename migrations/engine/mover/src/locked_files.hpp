// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "banyan/sqlite/file_lock.hpp"
#include "database.hpp"
#include "reconcile.hpp"

namespace banyan::mover {

/// Both files of a module, each behind its writers' lock and in a write transaction. Connections
/// apply rows: no triggers, no foreign key actions, every commit durable.
struct LockedFiles {
  // Declared so that the transactions end before the locks.
  sqlite::FileLock own_lock, shared_lock;
  Connection own, shared;

  /// Ends both transactions; what was not committed is undone.
  void roll_back() const noexcept;
};

/// Waits for all of it no longer than `wait`. First the module's own file with both of its locks,
/// then the shared one, which every other module writes: whoever holds the own file makes nobody
/// else wait. An own file that is not there is made, empty. `on_locked` is called when both lock
/// files are held. Error `mover.locked`, with the file; throws FileFault.
Result<LockedFiles> lock_files(const Files& files, std::chrono::milliseconds wait,
                               const std::function<void()>& on_locked = {});

}  // namespace banyan::mover
