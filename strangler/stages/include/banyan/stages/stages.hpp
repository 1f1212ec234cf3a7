// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/routing.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/snapshot.hpp"

namespace banyan::strangler {

/// The routing table of a process: the stages of a control store as an immutable snapshot that is
/// read without a lock. A change made by another process is seen within the watch interval; one
/// made by this process's switchboard, at once. When the store cannot be read, the last snapshot
/// stays. Only such a change moves a user to the other side; an unhealthy upstream never does.
class Stages final : public RoutingTable {
 public:
  static constexpr std::chrono::milliseconds kWatchInterval{100};

  /// Told when the store can no longer be read, once until it can be again; called on the
  /// scheduler's thread.
  using Complain = std::function<void(const Error&)>;

  /// The epoch of a module's placement now, for its decisions; 0 when it is unknown. Asked at every
  /// look; may block for a moment, must not throw.
  using EpochOf = std::function<std::uint64_t(std::string_view module)>;

  /// Reads the store. Store and scheduler must outlive the table, and what `epoch_of` looks at.
  static Result<std::unique_ptr<Stages>> make(ControlStore& store, Scheduler& scheduler,
                                              Complain complain = {},
                                              std::chrono::milliseconds interval = kWatchInterval,
                                              EpochOf epoch_of = {});
  ~Stages() override;

  RoutingDecision decide(std::string_view module, Effect effect,
                         std::string_view key) const override;

  /// The decision for a request that a tester wants on that side; nothing when the matrix forbids
  /// it (see why_forcing_illegal()), and it goes where all do.
  std::optional<RoutingDecision> force(std::string_view module, Effect effect, Side wanted,
                                       const Topology& topology) const;

  /// The traffic of a module; legacy when nobody moves it.
  Traffic traffic(std::string_view module) const;

  /// Number of the last change that this table knows.
  std::uint64_t revision() const;

  /// Reads the store and the placements now. When that fails, the watch does it again until it
  /// succeeds.
  Result<void> refresh();

 private:
  using Epochs = std::map<std::string, std::uint64_t, std::less<>>;
  struct Table {
    Stand stand;
    Epochs epochs;
    RoutingDecision decision(std::string_view module, Side side) const;
  };

  Stages(ControlStore& store, Complain complain, EpochOf epoch_of, Table first, std::uint64_t seen);
  void look_for_changes();
  /// The later of the epoch that was known and the one that is found. A file with an earlier one is
  /// an old copy: decisions keep the later epoch, and units of work in the copy are refused.
  static Epochs look_at(const Stand& stand, const EpochOf& epoch_of, Epochs known);

  ControlStore* store_;
  Complain complain_;
  EpochOf epoch_of_;
  Snapshot<Table> table_;
  std::mutex refreshing_;
  std::uint64_t seen_;
  bool is_stale_ = false;  // it was to be read, and could not be
  bool failing_ = false;   // only the scheduler's thread looks at it
  std::unique_ptr<Scheduler::Handle> watch_;
};

}  // namespace banyan::strangler
