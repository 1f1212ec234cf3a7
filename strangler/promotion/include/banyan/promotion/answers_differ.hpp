// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "banyan/stages/switchboard.hpp"

namespace banyan::strangler {

class Conductor;

/// What speaks against more for the new side of a rollout: copies have shown that it answers
/// otherwise than a plan lets it, by what was compared since its stage changed last. With the
/// figures and the ways on. Nothing where nobody knows: nothing was compared, or the store cannot
/// be read, which a change says itself; nor where all traffic is on the old side and nothing is
/// copied, for what was seen before is no word about now. As things stand: for outside of the
/// store's transactions. Safe for concurrent use.
std::optional<Objection> answers_differ(ControlStore& store, const Conductor& conductor,
                                        std::string_view module);

}  // namespace banyan::strangler
