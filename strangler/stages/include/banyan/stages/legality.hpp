// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

/// What a pair of stages asks of the topology.
enum class DataNeed : std::uint8_t {
  Nothing,      ///< legal wherever the tables are
  OldDatabase,  ///< the new side must be able to open the shared database
  BothSides,    ///< both sides must be able to open the tables where they are
  MoveIsOver,   ///< never: the tables are on the move, and its way back needs the old side
};

/// The legality matrix of traffic and data: every pair has one cell, see docs/how-to. What it says
/// of the stages holds for every share of reads that bears the name (see Traffic::of), because
/// reads at 0.01 % need the tables as much as reads at 99.99 %.
DataNeed data_need(TrafficStage traffic, DataStage data);

/// While writers wait for a switch nobody's traffic is shifted, whatever else would be legal.
bool is_switch_under_way(DataStage data);

/// Why a module may not be run like this on this topology, in a sentence that ends with the next
/// step; nullopt when it may.
std::optional<std::string> why_illegal(std::string_view module, const Traffic& traffic,
                                       const Topology& topology);

/// Why it may not be changed like this; also what is legal instead, where that depends on where
/// things are: "… Legal now: legacy, canary."
std::optional<std::string> why_change_illegal(std::string_view module, const Traffic& after,
                                              const Topology& topology);

/// Why nobody can say whether that is legal: the topology is not known now. nullopt when it is, and
/// for legacy, which is legal wherever the tables are.
std::optional<std::string> why_unsure(std::string_view module, const Traffic& after,
                                      const Topology& topology);

/// Why a request may not go to that side because somebody wants it there, while the traffic is
/// `now`; nullopt when it may. A write goes where the writes are, and nowhere else. A read beside
/// the others is a canary, however small, and must be legal as one wherever the tables are: who is
/// asked for each request cannot ask a database.
std::optional<std::string> why_forcing_illegal(std::string_view module, const Traffic& now,
                                               Effect effect, Side wanted,
                                               const Topology& topology);

/// Why writes that are on the new side may not come home by themselves, as by a plan that finds the
/// new side worse: it would not be legal, or what was written there may be missing on the old side.
/// A person who knows may still bring them. nullopt when nothing is in the way.
std::optional<std::string> why_writes_stay(std::string_view module, const Topology& topology);

/// The stages that are legal on this topology, in their order; a canary with any share.
std::vector<TrafficStage> legal_stages(std::string_view module, const Topology& topology);

}  // namespace banyan::strangler
