// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/routing/configuration.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

/// Which requests a table sends by the stage of a rollout: those that may get to its new side.
struct RolloutReach {
  bool reads = false;
  bool writes = false;

  bool any() const { return reads || writes; }
  void add(Effect effect) { (effect == Effect::Read ? reads : writes) = true; }
  friend bool operator==(const RolloutReach&, const RolloutReach&) = default;
};

/// Of the routes of a file.
RolloutReach reach_of(const Configuration& configuration, std::string_view rollout);

/// As it is kept in the control store among the parts of the table that is in force, so that a
/// start knows what the process before could do. It stands for itself: it is no hash.
TablePart reach_part(std::string_view rollout, const RolloutReach& reach);
/// Whose reach a part is; "": it is another one.
std::string_view rollout_of(const TablePart& part);
/// Nothing: none was kept, as by earlier versions.
std::optional<RolloutReach> noted_reach(const std::vector<TablePart>& table,
                                        std::string_view rollout);

/// A table that is to be taken, as it is and as the one in force is.
struct ReachChange {
  std::optional<RolloutReach> before;  ///< nothing: nobody knows
  RolloutReach after;
  bool elsewhere = false;  ///< another process goes by the rollout now
};

/// Why such a table may not be taken while the rollout's traffic is there: requests that the new
/// side answers would go back to the old one, which nobody has decided, and the new side would keep
/// what it was told in between. Nothing: it may. A rollout that is retired may go. `store` is for
/// the command that sets it back without a process; "": one runs that can be asked.
std::optional<std::string> why_left_behind(std::string_view rollout, const Traffic& traffic,
                                           const ReachChange& change, const std::string& store);

using TrafficOf = std::function<Traffic(std::string_view rollout)>;

/// Whether all that the routes of a rollout which has moved took still gets to its new side: by the
/// rollout, or straight. False when it had none.
bool stays_on_new_side(const Configuration& before, const Configuration& after,
                       std::string_view rollout);

/// Of the requests of rollouts that have moved, those that a route of `after` would send to their
/// old side, a sentence for each route that is lost or has come between, with what to do: the new
/// side has what was written since. Looks with one path for each route of both, as it is declared.
std::vector<std::string> routes_sent_back(const Configuration& before, const Configuration& after,
                                          const TrafficOf& traffic);

}  // namespace banyan::strangler
