// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/routing/configuration.hpp"
#include "rollout_book.hpp"

namespace banyan::strangler {
class Stages;
}

namespace banyan::serving {

/// Why the old side does not answer a read in place of the new one, whether a request or a call
/// between modules: the plan does not let it, or its data is no longer good, for the new side has
/// the writes. Nothing where it may, as far as the budget goes. `stages`: null where nobody
/// decides.
std::optional<NoFallback> why_no_read_falls_back(const strangler::FallbackPlan& plan,
                                                 std::string_view rollout,
                                                 const strangler::Stages* stages);

/// Of a new side of which no instance is well: what becomes of those who are sent there, and what
/// to do about it. "" where nobody is. `plan`: what `file` says of the rollout; null: nothing.
std::string what_to_do_without_new_side(const strangler::RolloutPlan* plan,
                                        std::string_view rollout, const strangler::Stages& stages,
                                        const std::string& file);

}  // namespace banyan::serving
