// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/sqlite/connection.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {

/// The lines of the switch log that are no revisions (plans, routes), in a table of their own that
/// earlier versions pass over. Used under the store's lock, within its transactions.
class NoteRows {
 public:
  /// The connection must outlive it.
  explicit NoteRows(const sqlite::Connection& connection);

  /// False of a store that only an earlier version could write: then there are none.
  bool exist() const { return exist_; }

  struct Last {
    std::uint64_t note = 0;
    std::uint64_t seq = 0;
    std::string hash;
    std::int64_t format = kLogFormat;
  };
  Last last() const;
  bool has(const Last& note) const;

  /// As the next one: gives it its number, the hash of the note before, and its own.
  LogEntry append(LogEntry note) const;

  /// Newest first; `module` and `kind`: "" is all.
  std::vector<LogEntry> newest(std::size_t limit, std::string_view module,
                               std::string_view kind) const;
  /// From the first on.
  std::vector<LogEntry> all() const;

  /// The table that a process has told last, see ControlStore::note_table(); sorted by name.
  std::vector<TablePart> table() const;
  void write(const std::vector<TablePart>& table) const;

 private:
  const sqlite::Connection& connection_;
  bool exist_;
};

}  // namespace banyan::strangler
