// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/stages/control_store.hpp"

/// The lines of the switch log that a change leaves, before they are written.
namespace banyan::strangler {

/// The next revision: that rollout goes from where it is to `after`. With its number and its hash.
/// `noted`: the hash of the last note before it, kNoHash for none.
LogEntry stage_line(const Stand& now, const Rollout& rollout, const Traffic& after,
                    std::string_view noted, const Reason& reason, Timestamp time);

/// Notes beside the revisions, at the revision `now`. NoteRows::append() numbers and hashes them.
LogEntry plan_line(const Stand& now, const StoredPlan& before, const StoredPlan& after,
                   const Reason& reason, Timestamp time);
LogEntry routes_line(const Stand& now, const std::vector<TablePart>& before,
                     const std::vector<TablePart>& after, const Reason& reason, Timestamp time);

}  // namespace banyan::strangler
