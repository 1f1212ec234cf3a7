// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/stages/percent.hpp"

namespace banyan::strangler {

/// The named steps of a module's traffic, in order. Stored and shown by name, so that a step can
/// be put between two others (shadow before Canary, retired after Moved) without renumbering.
enum class TrafficStage : std::uint8_t {
  Legacy,  ///< the old side answers everything
  Canary,  ///< the new side answers a share of the reads; every write stays on the old side
  Moved,   ///< the new side answers everything
};
std::string_view to_string(TrafficStage stage);
std::optional<TrafficStage> traffic_stage_from(std::string_view name);

/// Where a module's tables are; known from the fence, never set through the control store.
enum class DataStage : std::uint8_t {
  Shared,    ///< side by side with others' in the shared database
  Separate,  ///< in a database of the module's own
};
std::string_view to_string(DataStage stage);

std::optional<Side> side_from(std::string_view name);

/// Where the traffic of a module goes. Reads move by percentage of units, writes as a whole, so
/// that there are never two writers.
struct Traffic {
  TrafficStage stage = TrafficStage::Legacy;
  Percent reads;              ///< the share of units whose reads the new side answers
  Side writes = Side::Local;  ///< Local: the old side

  /// The traffic with these shares, under the name that belongs to them.
  static Traffic of(Percent reads, Side writes);

  Side side(Effect effect, std::uint32_t bucket) const {
    if (effect == Effect::Write) return writes;
    return bucket < reads.hundredths() ? Side::Remote : Side::Local;
  }
  friend bool operator==(const Traffic&, const Traffic&) = default;
};

/// For people: "legacy", "canary 25%", "moved".
std::string to_string(const Traffic& traffic);

/// Exactly `{"stage":"canary","reads":2500,"writes":"local"}`, reads in hundredths of a per cent:
/// the form in the switch log, whose hashes depend on it.
std::string to_json(const Traffic& traffic);

/// Reads what to_json() wrote, in whatever order, and passes over fields that it does not know.
std::optional<Traffic> traffic_from_json(std::string_view text);

/// What stands on the two sides of a rollout. Facts that no change of traffic can alter.
struct Topology {
  bool old_side = true;  ///< the application still has the module (false once it is extracted)
  bool new_side = true;  ///< there is a service to send traffic to
  DataStage data = DataStage::Shared;
  /// Can both sides open the module's tables where they are now? A service on another host
  /// cannot open a SQLite file.
  bool both_reach_data = true;
};

/// The legality matrix: why a module may not be run like this on this topology, in a sentence that
/// ends with the next step; nullopt when it may.
std::optional<std::string> why_illegal(std::string_view module, const Traffic& traffic,
                                       const Topology& topology);

/// The shares that `next` walks through on the way from legacy to moved when nothing else is
/// configured: 1 %, 10 %, 50 %, 100 % of the reads, then the writes.
const std::vector<Percent>& usual_steps();

/// One step on; FailedPrecondition "banyan.no_next_step" at the end.
Result<Traffic> next_step(std::string_view module, const Traffic& now,
                          const std::vector<Percent>& steps = usual_steps());

/// One named step back: moved → canary 100 % (the writes come home), canary → legacy;
/// FailedPrecondition "banyan.no_step_back" at legacy.
Result<Traffic> step_back(std::string_view module, const Traffic& now);

}  // namespace banyan::strangler
