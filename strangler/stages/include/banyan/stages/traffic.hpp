// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
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

/// The named steps of a module's traffic, in order. Stored and shown by name.
enum class TrafficStage : std::uint8_t {
  Legacy,   ///< the old side answers everything
  Shadow,   ///< as before, and the new side is asked too, for comparison only
  Canary,   ///< the new side answers a share of the reads; every write stays on the old side
  Moved,    ///< the new side answers everything
  Retired,  ///< as before, and the old side may be taken away
};
inline constexpr std::array kTrafficStages = {TrafficStage::Legacy, TrafficStage::Shadow,
                                              TrafficStage::Canary, TrafficStage::Moved,
                                              TrafficStage::Retired};
std::string_view to_string(TrafficStage stage);
std::optional<TrafficStage> traffic_stage_from(std::string_view name);

/// Where a module's tables are; known from the fence, never set through the control store. The
/// words of placement::Stage, which this library does not know: a foreign application has none.
enum class DataStage : std::uint8_t {
  Shared,     ///< side by side with others' in the shared database
  Copying,    ///< a move copies them, and writes go on in the shared database
  Verified,   ///< the copy is complete and was compared
  Switching,  ///< writers wait for the switch
  Switched,   ///< the own database is authoritative, and the way back is open
  Separate,   ///< in a database of the module's own, and nowhere else
  Reversing,  ///< writers wait for the switch back
  Returning,  ///< the tables are copied back into the shared database
};
inline constexpr std::array kDataStages = {
    DataStage::Shared,   DataStage::Copying,  DataStage::Verified,  DataStage::Switching,
    DataStage::Switched, DataStage::Separate, DataStage::Reversing, DataStage::Returning};
std::string_view to_string(DataStage stage);
std::optional<DataStage> data_stage_from(std::string_view name);

std::optional<Side> side_from(std::string_view name);

/// Where the traffic of a module goes. Reads move by percentage of units, writes as a whole, so
/// that there are never two writers.
struct Traffic {
  TrafficStage stage = TrafficStage::Legacy;
  Percent reads;              ///< the share of units whose reads the new side answers
  Side writes = Side::Local;  ///< Local: the old side

  /// The traffic with these shares, under the name that belongs to them: legacy, canary or moved.
  static Traffic of(Percent reads, Side writes);
  static Traffic shadow() { return {TrafficStage::Shadow, Percent::none(), Side::Local}; }
  static Traffic retired() { return {TrafficStage::Retired, Percent::all(), Side::Remote}; }

  Side side(Effect effect, std::uint32_t bucket) const {
    if (effect == Effect::Write) return writes;
    return bucket < reads.hundredths() ? Side::Remote : Side::Local;
  }
  friend bool operator==(const Traffic&, const Traffic&) = default;
};

/// Whether the change sends the new side anything that it did not have.
bool gives_more(const Traffic& before, const Traffic& after);

/// Nobody misses the rollout when nothing goes by it any more: it never left the old side, or has
/// left it for good.
inline bool is_over(const Traffic& traffic) {
  return traffic == Traffic{} || traffic.stage == TrafficStage::Retired;
}

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
  /// Is what the new side has written there for the old one? Of a foreign application nobody knows
  /// until its configuration says so (`shared_data`).
  bool old_side_sees_writes = true;
  /// Is it so now? Otherwise so it was seen last, if anybody has ever looked; see Witness.
  bool current = true;

  friend bool operator==(const Topology&, const Topology&) = default;
};

/// No traffic goes by the rollout: its routes have left the file, and no module bears its name.
inline bool is_gone(const Topology& topology) { return !topology.old_side && !topology.new_side; }

/// The shares that `next` walks through on the way from legacy to moved when nothing else is
/// configured: 1 %, 10 %, 50 %, 100 % of the reads, then the writes.
const std::vector<Percent>& usual_steps();

/// One step on; FailedPrecondition "banyan.no_next_step" at the end.
Result<Traffic> next_step(std::string_view module, const Traffic& now,
                          const std::vector<Percent>& steps = usual_steps());

/// One named step back: retired → moved → canary 100 % (the writes come home) → legacy, and shadow
/// → legacy; FailedPrecondition "banyan.no_step_back" at legacy.
Result<Traffic> step_back(std::string_view module, const Traffic& now);

}  // namespace banyan::strangler
