// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "banyan/stages/control_store.hpp"

/// What a control store says to what cannot be done.
namespace banyan::strangler {

/// "banyan.unknown_rollout", with the name that was probably meant.
Error unknown_rollout(std::string_view module, const Stand& now);
/// "banyan.unknown_revision".
Error unknown_revision(std::uint64_t revision, std::uint64_t last);
/// "banyan.stale_revision": the rollout has changed since it was looked at.
Result<void> check_that_nobody_was_faster(const Rollout& rollout, const Reason& reason);

}  // namespace banyan::strangler
