// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "banyan/kernel/error.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/sql/fault.hpp"

namespace banyan::sql {

/// For operators: error() with the whole text.
Error error_with_text(const Fault& fault);

/// Finds out whether a database can still be used, without writing each time that somebody asks:
/// where units of work are committed there is nothing to prove. Safe for concurrent use.
class WriteProbe {
 public:
  /// `read` throws Fault; `write` throws Fault or answers why it did not run.
  Result<void> run(const WriterFigures& figures, const Clock& clock,
                   const std::function<void()>& read,
                   const std::function<std::optional<Error>()>& write);

 private:
  std::mutex mutex_;
  std::uint64_t units_ = 0;  ///< at the last look
  SteadyTime proven_{};      ///< when something was last seen written
  bool failed_ = false;
};

}  // namespace banyan::sql
