// SPDX-License-Identifier: Apache-2.0
#include "reconcile.hpp"

#include "banyan/placement/placement_table.hpp"
#include "banyan/placement/write_guards.hpp"
#include "banyan/sqlite/file_lock.hpp"
#include "catalogue.hpp"
#include "database.hpp"
#include "locked_files.hpp"
#include "names.hpp"
#include "owners.hpp"
#include "table_set.hpp"

namespace banyan::mover {
namespace {

namespace fs = std::filesystem;
using placement::Gate;

bool has_moved(const placement::Placement& placement) {
  return placement.authority() == placement::Authority::Own;
}

Placement placement_by(const placement::Placement& fence, const Files& files) {
  return {.moved = has_moved(fence),
          .complete = fence.stage == placement::Stage::Separate,
          .epoch = fence.epoch,
          .file = has_moved(fence) ? files.own : files.shared};
}

std::unexpected<Error> rewound(const Files& files, const std::string& module,
                               const placement::Placement& fence, const std::string& gate) {
  return fail(ErrorCode::FailedPrecondition, "mover.rewound",
              "module " + module + ": " + files.shared.string() + " says '" +
                  (has_moved(fence) ? "moved" : "open") + "' at epoch " +
                  std::to_string(fence.epoch) + ", but the gate in " + files.own.string() + " is " +
                  gate +
                  ". One of the two files was restored from a copy of another time. Put back the "
                  "file that belongs to the other; nothing has been touched");
}

std::string described(const Gate& gate) {
  return std::string(gate.open      ? "open"
                     : gate.settled ? "left"
                                    : "closed") +
         " at epoch " + std::to_string(gate.epoch);
}

struct Seen {
  Situation situation;
  placement::Placement fence;
  std::optional<Gate> gate;
};

Result<Seen> see(const Files& files, const std::string& module,
                 const std::vector<std::string>& tables) {
  const Result<Connection> shared = open_existing(files.shared);
  if (!shared) return fail(shared.error());
  Seen seen;
  seen.fence = placement::find(*shared, module).value_or(placement::Placement{});
  const placement::Placement& fence = seen.fence;
  seen.situation.placement = placement_by(fence, files);
  const auto disagree = [&](const std::string& note) {
    seen.situation.agrees = false;
    seen.situation.note += (seen.situation.note.empty() ? "" : "; ") + note;
  };

  std::error_code ignored;
  if (!fs::exists(files.own, ignored) || fs::file_size(files.own, ignored) == 0) {
    if (!has_moved(fence)) return seen;
    return fail(ErrorCode::FailedPrecondition, "mover.own_file_missing",
                "module " + module + " has moved to " + files.own.string() +
                    ", and that file is not there. Put it back beside " + files.shared.string() +
                    "; the shared file holds only an old copy of its tables");
  }
  Result<Connection> own = open_existing(files.own);
  if (!own) {
    if (!has_moved(fence))
      return seen;  // somebody else's file: no concern of ours until we move there
    return fail(own.error());
  }
  seen.gate = placement::find_gate(*own, module);
  if (!seen.gate) {
    if (!has_moved(fence)) return seen;
    return rewound(files, module, fence, "missing");
  }
  if (!placement::agree(fence, *seen.gate)) {
    return rewound(files, module, fence, described(*seen.gate));
  }
  if (has_moved(fence)) {
    if (!seen.gate->open || seen.gate->epoch != fence.epoch) disagree("the gate was closed");
    if (placement::guards_missing(*own, placement::Guard::Gate, module, names_in_own_file(*own))) {
      disagree("tables of " + files.own.filename().string() + " had no gate triggers");
    }
    if (placement::guards_missing(*shared, placement::Guard::Fence, module, tables)) {
      disagree("tables of " + files.shared.filename().string() + " had no fence triggers");
    }
  } else if (seen.gate->open) {
    disagree("the gate was open though the tables are in the shared file");
  } else if (!seen.gate->settled && seen.gate->epoch == fence.epoch) {
    disagree("the gate did not say yet that the tables have left");
  }
  return seen;
}

}  // namespace

Result<void> check_module_name(std::string_view module) {
  for (const char c : module) {
    if (c == '/' || static_cast<unsigned char>(c) < 0x20) module = {};
  }
  if (!module.empty() && module.front() != '.') return {};
  return fail(ErrorCode::InvalidArgument, "mover.bad_module_name",
              "the module's name must not be empty, begin with '.' or contain '/' or control "
              "characters, because its file is named after it");
}

Result<Files> files_of(const fs::path& shared, const std::string& module,
                       const std::string& location) {
  if (const Result<void> good = check_module_name(module); !good) return fail(good.error());
  if (!location.empty()) {
    const fs::path name(location);
    const std::string suffix = name.extension().string();
    if (name.has_parent_path() || location == "." || location == ".." ||
        location == shared.filename().string() || suffix == ".lock" || location.ends_with("-wal") ||
        location.ends_with("-shm") || location.ends_with("-journal")) {
      return fail(ErrorCode::InvalidArgument, "mover.bad_location",
                  "'" + location +
                      "' cannot be the module's own file: give a plain file name "
                      "other than the shared file's; it is made beside " +
                      shared.string());
    }
  }
  const Result<Connection> database = open_existing(shared);
  if (!database) return fail(database.error());
  try {
    const auto fence = placement::find(*database, module);
    if (fence && has_moved(*fence)) return Files{shared, shared.parent_path() / fence->location};
    std::string name = location;
    if (name.empty() && fence) name = fence->location;
    if (name.empty()) name = own_file_name(shared, module);
    return Files{shared, shared.parent_path() / name};
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, shared));
  }
}

Result<Situation> look(const Files& files, const std::string& module,
                       const std::vector<std::string>& tables) {
  try {
    Result<Seen> seen = see(files, module, tables);
    if (!seen) return fail(seen.error());
    return seen->situation;
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, files.own));
  }
}

Result<Situation> reconcile(const Files& files, const std::string& module,
                            const std::vector<std::string>& tables, const LockedFiles& locked) {
  const auto change = [](const Connection& database, auto&& action) {
    about(database.file(), [&] {
      if (!database.in_transaction()) database.run("BEGIN IMMEDIATE");
      action();
      database.run("COMMIT");
    });
  };
  try {
    Result<Seen> seen = see(files, module, tables);
    if (!seen) return fail(seen.error());
    if (seen->situation.agrees) return seen->situation;
    const bool moved = has_moved(seen->fence);
    if (moved) {
      change(locked.shared, [&] {
        placement::ensure_guards(locked.shared, placement::Guard::Fence, module, tables);
      });
    }
    change(locked.own, [&] {
      if (moved) {
        placement::ensure_guards(locked.own, placement::Guard::Gate, module,
                                 names_in_own_file(locked.own));
      }
      placement::write_gate(locked.own, module,
                            {.open = moved, .epoch = seen->fence.epoch, .settled = true});
    });
    return seen->situation;
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, files.own));
  }
}

std::string own_file_name(const fs::path& shared, std::string_view module) {
  return shared.stem().string() + "." + std::string(module) + shared.extension().string();
}

Result<Placement> placement_of(const fs::path& shared, std::string_view module) {
  const std::string name(module);
  const Result<Files> files = files_of(shared, name, "");
  if (!files) return fail(files.error());
  try {
    const Connection database = Connection::open(shared, sqlite::OpenMode::ReadRecovering);
    const auto fence = placement::find(database, name).value_or(placement::Placement{});
    return placement_by(fence, *files);
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, shared));
  }
}

namespace {

Result<Recovery> recover_module(const fs::path& shared, const std::string& module,
                                const std::vector<std::string>& tables,
                                std::chrono::milliseconds wait) try {
  Result<Files> files = files_of(shared, module, "");
  if (!files) return fail(files.error());
  Result<Situation> situation = look(*files, module, tables);
  if (situation && situation->agrees)
    return Recovery{.module = module, .placement = situation->placement};
  const auto mover =
      sqlite::FileLock::take(mover_lock_of(shared), shared, std::chrono::milliseconds(0));
  if (!mover) {
    const Result<Placement> placement = placement_of(shared, module);
    if (!placement) return fail(placement.error());
    return Recovery{.module = module,
                    .placement = *placement,
                    .mover_at_work = true,
                    .note = "a mover is at work (" +
                            sqlite::FileLock::holder(mover_lock_of(shared)) +
                            "); it will leave things in order"};
  }
  // A mover may have ended since.
  if (files = files_of(shared, module, ""); !files) return fail(files.error());
  if (situation = look(*files, module, tables); !situation) return fail(situation.error());
  if (!situation->agrees) {
    const Result<LockedFiles> locked = lock_files(*files, wait);
    if (!locked) {
      Error error = locked.error();
      error.message = "module " + module + " needs recovery: " + error.message;
      return fail(std::move(error));
    }
    situation = reconcile(*files, module, tables, *locked);
    if (!situation) return fail(situation.error());
  }
  return Recovery{.module = module,
                  .placement = situation->placement,
                  .changed = !situation->agrees,
                  .note = situation->note.empty() ? "" : "put right: " + situation->note};
} catch (const sqlite::Fault& fault) {
  return fail(error_from(fault, shared));
}

}  // namespace

Result<std::vector<Recovery>> recover(const fs::path& shared, const Ownership& ownership,
                                      std::chrono::milliseconds wait) {
  const Result<Owners> owners = Owners::from(ownership);
  if (!owners) return fail(owners.error());
  std::vector<std::string> modules;
  try {
    const Result<Connection> database = open_existing(shared);
    if (!database) return fail(database.error());
    modules = placement::modules(*database);
    for (const ModuleTables& module : ownership.modules) {
      // A move that was killed before its first switch has left a file and no fence.
      if (!contains_name(modules, module.module) &&
          fs::exists(shared.parent_path() / own_file_name(shared, module.module))) {
        modules.push_back(module.module);
      }
    }
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, shared));
  }

  std::vector<Recovery> recoveries;
  for (const std::string& module : modules) {
    auto recovered = recover_module(shared, module, owners->tables_of_module(module), wait);
    if (!recovered) recovered = Recovery{.module = module, .failure = recovered.error()};
    recoveries.push_back(*std::move(recovered));
  }
  return recoveries;
}

}  // namespace banyan::mover
