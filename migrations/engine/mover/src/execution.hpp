// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "left_copy.hpp"
#include "locked_files.hpp"
#include "planner.hpp"
#include "progress_meter.hpp"

namespace banyan::mover {

/// Carries out one prepared, in either direction: the same phases in the same order, with origin
/// and destination exchanged. The caller holds the mover's lock.
///
/// Each phase leaves the two files so that ending here, however, changes nothing until `switch_`
/// has committed the fence. An online mover keeps prepare, seal and switch_, and puts copying in
/// steps before them.
class Execution {
 public:
  Execution(const MoveRequest& request, const PreparedMove& prepared, const MoveOptions& options,
            const LockedFiles& files);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  /// Throws sqlite::Fault or whatever the step hook throws; what was not committed is left to the
  /// caller to undo.
  Result<MoveOutcome> run();

 private:
  Result<void> begin();
  void prepare();
  void copy();
  Result<void> verify();
  void seal();
  void switch_over();
  void settle_gate();
  void commit(const Connection& database) const;
  void at(Step step) const;
  bool own_is_new() const { return out_ && prepared_.own_is_new; }
  const Connection& origin() const { return out_ ? shared_ : own_; }
  const Connection& destination() const { return out_ ? own_ : shared_; }

  const MoveRequest& request_;
  const PreparedMove& prepared_;
  const MoveOptions& options_;
  bool out_;
  std::int64_t epoch_;  ///< after the switch
  const Connection& shared_;
  const Connection& own_;
  TableSet table_set_;
  Digests digests_;
  ProgressMeter meter_;
  std::int64_t rows_total_ = 0;
  MoveOutcome outcome_;
};

}  // namespace banyan::mover
