// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/kernel/error.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {

class Conductor;

/// Who would give the new side more.
enum class Mover : std::uint8_t {
  Plan,    ///< by itself from then on, and back by itself
  Person,  ///< one change, and nothing brings it back
};

/// Why the new side of a rollout gets no more unless somebody forces it: copies have shown that it
/// answers otherwise than a plan lets it, by what was compared since its stage changed last.
/// FailedPrecondition "banyan.answers_differ", with the figures and the ways on. Nothing where
/// nobody knows: nothing was compared, or the store cannot be read, which a change says itself; nor
/// where all traffic is on the old side and nothing is copied, for what was seen before is no word
/// about now. As things stand: for outside of the store's transactions. Safe for concurrent use.
std::optional<Error> answers_differ(ControlStore& store, const Conductor& conductor,
                                    std::string_view module, Mover mover);

}  // namespace banyan::strangler
