// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "database.hpp"

/// The two rows that say where a module's tables are, and the triggers that hold writers to it.
namespace banyan::mover {

/// banyan_fence, in the shared file: its commit is the switch.
struct Fence {
  bool moved = false;
  std::int64_t epoch = 0;
  std::string location;  ///< the module's own file, beside the shared one
};
std::optional<Fence> fence_of(const Connection& shared, const std::string& module);
std::vector<std::string> fenced_modules(const Connection& shared);
void write_fence(const Connection& shared, const std::string& module, const Fence& fence);

/// banyan_gate, in the module's own file: follows the fence.
struct Gate {
  bool open = false;
  std::int64_t epoch = 0;
};
std::optional<Gate> gate_of(const Connection& own, const std::string& module);
std::vector<std::string> gated_modules(const Connection& own);
void write_gate(const Connection& own, const std::string& module, Gate gate);

enum class Guard { Fence, Gate };
/// Makes every write to these tables fail with BANYAN_MOVED unless the row says 'open' (or is
/// missing). Tables that do not exist, and views, are passed over. True when one was missing.
bool ensure_guards(const Connection& database, Guard guard, const std::string& module,
                   const std::vector<std::string>& tables);
bool guards_missing(const Connection& database, Guard guard, const std::string& module,
                    const std::vector<std::string>& tables);

}  // namespace banyan::mover
