// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::placement {

/// The stages of a module's data on its way out of the shared database and back. Stored by name.
enum class Stage : std::uint8_t {
  Shared,     ///< its tables stand beside others' in the shared database
  Copying,    ///< an online move copies them, and writes go on in the shared database
  Verified,   ///< the copy is complete, follows the writes and was compared
  Switching,  ///< writers wait for the switch
  Switched,   ///< the own database is authoritative, and the way back is open
  Separate,   ///< the old copy is gone
  Reversing,  ///< writers wait for the switch back
  Returning,  ///< the tables are copied back into the shared database
};
inline constexpr std::array kStages = {Stage::Shared,    Stage::Copying,  Stage::Verified,
                                       Stage::Switching, Stage::Switched, Stage::Separate,
                                       Stage::Reversing, Stage::Returning};

std::string_view to_string(Stage stage);  ///< "shared", "copying", …
std::optional<Stage> stage_from(std::string_view name);

/// Which database holds the module's rows; there is exactly one at any time.
enum class Authority : std::uint8_t { Shared, Own };
Authority authority_of(Stage stage);

/// May a move go from one stage to another? Everything else is refused. A move that copies while
/// writers wait goes from Shared to Switched, and from there or from Separate back, in one
/// transaction.
bool is_legal(Stage from, Stage to);

/// Where a module's tables are. The row that holds it is the fence: its commit is the switch.
struct Placement {
  Stage stage = Stage::Shared;
  std::int64_t epoch = 0;  ///< one more with every switch, in both directions; never goes back
  std::string location;    ///< of the own database: a file name beside the shared file; "" is none
                           ///< yet

  Authority authority() const { return authority_of(stage); }
  friend bool operator==(const Placement&, const Placement&) = default;
};

/// The row in a module's own database that lets writers in. It follows the fence.
struct Gate {
  bool open = false;
  std::int64_t epoch = 0;
  /// The switch of this epoch has happened. A closed gate one epoch ahead of the fence is what a
  /// move leaves that was killed before its switch; a settled one tells of a fence that was
  /// restored from an older copy.
  bool settled = false;
  friend bool operator==(const Gate&, const Gate&) = default;
};

/// Could one course of moves have left both? The gate is one ahead where a mover was killed between
/// sealing and switching: closed, and not settled. Where the tables have moved it is never behind.
/// When not, one of the two files was put back from a copy of another time, or replaced.
bool agree(const Placement& fence, const Gate& gate);

}  // namespace banyan::placement
