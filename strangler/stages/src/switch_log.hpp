// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/stages/control_store.hpp"
#include "log_check.hpp"
#include "note_rows.hpp"
#include "stage_rows.hpp"

namespace banyan::strangler {

/// The switch log as it is read: revisions and the notes beside them as one. A line of a newer
/// format is not understood, so all is refused: FailedPrecondition "banyan.foreign_control_store".
/// Used under the store's lock, within its transactions.
class SwitchLog final {
 public:
  /// The rows must outlive it.
  SwitchLog(std::string store_file, const StageRows& stages, const NoteRows& notes);

  /// The newest `limit` revisions, newest first; `module`: "" is all.
  Result<std::vector<LogEntry>> newest_stages(std::size_t limit, std::string_view module) const;
  /// The same of lines of every kind, or of one; `kind`: "" is every.
  Result<std::vector<LogEntry>> newest(std::size_t limit, std::string_view module,
                                       std::string_view kind) const;
  /// Has `check` see all lines, in its order.
  Result<void> walk(LogCheck& check) const;

 private:
  Result<void> check_format(const LogEntry& line) const;

  const std::string store_file_;
  const StageRows& stages_;
  const NoteRows& notes_;
};

}  // namespace banyan::strangler
