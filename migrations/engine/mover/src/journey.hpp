// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blueprint.hpp"
#include "left_copy.hpp"
#include "locked_files.hpp"
#include "meter.hpp"

namespace banyan::mover {

/// Carries out one blueprint, in either direction: the same phases in the same order, with origin
/// and destination exchanged. The caller holds the mover's lock.
///
/// Each phase leaves the two files so that ending here, however, changes nothing until `switch_`
/// has committed the fence. An online mover keeps prepare, seal and switch_, and puts copying in
/// steps before them.
class Journey {
 public:
  Journey(const MoveRequest& request, const Blueprint& blueprint, const MoveOptions& options,
          const LockedFiles& files);
  Journey(const Journey&) = delete;
  Journey& operator=(const Journey&) = delete;

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
  bool own_is_new() const { return out_ && blueprint_.own_is_new; }
  const Connection& origin() const { return out_ ? shared_ : own_; }
  const Connection& destination() const { return out_ ? own_ : shared_; }

  const MoveRequest& request_;
  const Blueprint& blueprint_;
  const MoveOptions& options_;
  bool out_;
  std::int64_t epoch_;  ///< after the switch
  const Connection& shared_;
  const Connection& own_;
  Cargo cargo_;
  Digests digests_;
  Meter meter_;
  std::int64_t rows_total_ = 0;
  MoveOutcome outcome_;
};

}  // namespace banyan::mover
