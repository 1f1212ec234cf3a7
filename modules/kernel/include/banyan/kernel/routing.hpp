// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/operation.hpp"

namespace banyan {

/// The one switch of a rollout: requests at the edge and calls from other modules ask the same
/// table. Implemented by the strangler; safe for concurrent use, never blocks.
class RoutingTable {
 public:
  virtual ~RoutingTable() = default;

  /// `key` is what stickiness goes by: the same key gets the same side until the table changes.
  /// A module that nobody moves is Local.
  virtual RoutingDecision decide(std::string_view module, Effect effect,
                                 std::string_view key) const = 0;
};

/// The bucket of a key in a rollout, 0 … 9999. Deterministic over processes and restarts; a
/// key is on the new side while its bucket is below the percentage (in hundredths of a per cent),
/// so raising the percentage only adds units and lowering it only removes the last added.
std::uint32_t sticky_bucket(std::string_view module, std::string_view key);

}  // namespace banyan
