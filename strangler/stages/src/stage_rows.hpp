// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {

/// The lines of the switch log that are revisions; the others are in NoteRows. Used under the
/// store's lock, within its transactions.
class StageRows final {
 public:
  /// The connection must outlive it.
  explicit StageRows(const sqlite::Connection& connection);

  struct Last {
    std::uint64_t seq = 0;
    std::string hash;
    std::int64_t format = kLogFormat;
  };
  /// 0 and kNoHash: there is none yet.
  Last last() const;
  bool has(std::uint64_t seq, const std::string& hash) const;

  /// As it is: with its number and its hash.
  void append(const LogEntry& line) const;

  /// Newest first; `module`: "" is all.
  std::vector<LogEntry> newest(std::size_t limit, std::string_view module) const;
  /// From the first on, one at a time, until `take` refuses one.
  Result<void> each(const std::function<Result<void>(LogEntry line)>& take) const;

 private:
  const sqlite::Connection& connection_;
  std::string format_;  ///< the column, or what stands for it
};

}  // namespace banyan::strangler
