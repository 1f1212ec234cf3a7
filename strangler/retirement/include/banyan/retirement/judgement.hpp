// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/retirement/use_book.hpp"

namespace banyan::retirement {

/// Events of a module on their way to another one, as this process delivers them.
struct Lane {
  std::string source;
  std::string lane;        ///< who follows
  std::string transport;   ///< "in_process" or "http"
  std::uint64_t held = 0;  ///< keys that wait behind an event
  double oldest_unsent_seconds = 0;
};

/// A module of whose lanes nobody can tell just now.
struct UnknownLanes {
  std::string source;
  std::string problem;  ///< what is in the way: its database is away
};

/// A change of the module's traffic.
struct Shift {
  Timestamp time;
  bool all_new = false;  ///< from then on all reads and writes are on the new side
};

/// Who asked the old side, by the access log.
struct Caller {
  std::string operation;
  std::string who;  ///< a class of programs, never an address
  std::uint64_t requests = 0;
  std::optional<Timestamp> last;
};

/// On PostgreSQL, where tables do not move: a schema of the module's own in the server's database,
/// with a role that alone may read and write it. No copy is anywhere else, and the service opens
/// the same schema; so the old side can go.
inline constexpr std::string_view kOwnSchema = "own_schema";

/// All that a judgement goes by.
struct Facts {
  std::string module;
  Timestamp now;
  std::chrono::seconds quiet_for{};
  std::string stage;  ///< "moved", "canary 25%"
  bool all_new = false;
  bool log_intact = true;
  std::vector<Shift> shifts;  ///< newest first
  std::optional<Uses> uses;   ///< nothing: nobody keeps them
  std::uint64_t tunnels_on_old_side = 0;
  /// Where the tables are, by the stage of the fence: "shared", "switched", "separate"; or
  /// kOwnSchema; nothing: nobody knows.
  std::optional<std::string> data;
  std::vector<Lane> lanes;
  std::vector<UnknownLanes> unknown_lanes;
  std::vector<std::string> operations;
  std::vector<Caller> callers;
};

/// Why the old side cannot go yet.
struct Hindrance {
  std::string rule;
  std::string message;
  std::string next;  ///< what to do; a command where there is one
};

/// An operation on the old side.
struct LastUse {
  std::string operation;
  std::optional<Timestamp> last;  ///< nothing: not since uses are kept
  std::uint64_t count = 0;
  std::vector<std::string> ways;  ///< "request", "call", "misspelled"
  std::vector<Caller> callers;
};

struct Judgement {
  std::vector<Hindrance> hindrances;  ///< empty: the old side is dead
  std::vector<LastUse> operations;    ///< by name
  std::optional<Timestamp> moved_since;
  /// How much of the time that was asked for somebody looked; nothing: nobody keeps uses.
  std::optional<std::chrono::seconds> watched;
};

Judgement judge(const Facts& facts);

/// "14 days", "90 minutes".
std::string duration_text(std::chrono::seconds time);

}  // namespace banyan::retirement
