// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/context.hpp"
#include "routing/route.hpp"
#include "stages/stages.hpp"

namespace banyan::strangler {

/// Which side answers a request, decided once.
struct SideChoice {
  Side side = Side::Local;
  std::uint64_t revision = 0;
  bool migrated = false;  ///< false: the route has one side only
};

SideChoice choose_side(const Route& route, bool has_successor, std::string_view unit,
                       const Stages& stages);

/// The value of X-Strangler: "route=orders.create; side=remote; reason=bucket 412 < 1000;
/// stage=canary; rev=87".
std::string explain(const Route& route, const SideChoice& choice, std::string_view unit,
                    const Stages& stages);

}  // namespace banyan::strangler
