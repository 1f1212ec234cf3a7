// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/kernel/result.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/stages/control_store.hpp"
#include "note_rows.hpp"
#include "stage_rows.hpp"

namespace banyan::strangler {

/// How the rollouts stand, a row for each, and how they stood, by the lines of the log. Used under
/// the store's lock, within its transactions.
class StandRows final {
 public:
  /// All must outlive it.
  StandRows(std::string store_file, const sqlite::Connection& connection, const StageRows& stages,
            const NoteRows& notes);

  /// FailedPrecondition "banyan.foreign_control_store" where a rollout is at a stage of a newer
  /// version.
  Result<Stand> now() const;
  /// See ControlStore::stand_at().
  Result<Stand> at(std::uint64_t revision) const;

  bool has(std::string_view module) const;
  /// At legacy; nothing where it is there already.
  void add(std::string_view module) const;
  /// Its line is in the log by then.
  void write(std::string_view module, const Traffic& traffic, std::uint64_t revision) const;

 private:
  /// Back from how all stand to how they stood, line by line.
  Result<Stand> rewound(Stand stand, std::uint64_t revision) const;

  const std::string store_file_;
  const sqlite::Connection& connection_;
  const StageRows& stages_;
  const NoteRows& notes_;
};

}  // namespace banyan::strangler
