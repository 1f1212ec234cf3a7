// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "kernel/executor.hpp"
#include "kernel/routing.hpp"
#include "stages/control_store.hpp"
#include "stages/snapshot.hpp"

namespace banyan::strangler {

/// The routing table of a process: the stages of a control store as an immutable snapshot that is
/// read without a lock. A change made by another process is seen within the watch interval; one
/// made by this process's switchboard, at once. When the store cannot be read, the last snapshot
/// stays. Nothing but a change in the store moves a unit: ill health never does.
class Stages final : public RoutingTable {
 public:
  static constexpr std::chrono::milliseconds kWatchInterval{100};

  /// Told when the store can no longer be read, once until it can be again; called on the
  /// scheduler's thread.
  using Complain = std::function<void(const Error&)>;

  /// Reads the store. Store and scheduler must outlive the table.
  static Result<std::unique_ptr<Stages>> make(ControlStore& store, Scheduler& scheduler,
                                              Complain complain = {},
                                              std::chrono::milliseconds interval = kWatchInterval);
  ~Stages() override;

  RoutingDecision decide(std::string_view module, Effect effect,
                         std::string_view unit) const override;

  /// The traffic of a module; legacy when nobody migrates it.
  Traffic traffic(std::string_view module) const;

  /// Number of the last change that this table knows.
  std::uint64_t revision() const;

  /// Reads the store now.
  Result<void> refresh();

 private:
  Stages(ControlStore& store, Complain complain, Stand first, std::uint64_t seen);
  void look_for_changes();

  ControlStore* store_;
  Complain complain_;
  Snapshot<Stand> table_;
  std::mutex refreshing_;
  std::uint64_t seen_;
  bool failing_ = false;  // only the scheduler's thread looks at it
  std::unique_ptr<Scheduler::Handle> watch_;
};

}  // namespace banyan::strangler
