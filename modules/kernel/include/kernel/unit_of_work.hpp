// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace banyan {

/// Marks that a transaction is open on this thread. Every binding refuses a port call while one
/// is ("banyan.call_inside_unit_of_work"): inside one process such a call happens to work, holds
/// a lock for as long as the callee likes, and breaks on the day the callee moves out.
class OpenUnitOfWork {
 public:
  OpenUnitOfWork() { ++depth_; }
  ~OpenUnitOfWork() { --depth_; }
  OpenUnitOfWork(const OpenUnitOfWork&) = delete;
  OpenUnitOfWork& operator=(const OpenUnitOfWork&) = delete;

  static bool on_this_thread() { return depth_ > 0; }

 private:
  static inline thread_local int depth_ = 0;
};

}  // namespace banyan
