// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/kernel/saga.hpp"
#include "banyan/map/context_map.hpp"

namespace banyan::map {

/// One saga as an SVG document: a line for each module that is called, a box for each step in the
/// order of the steps, with its state, the calls that were made and the longest wait; where the
/// point of no return is; and the way back. Without scripts, readable on light and dark ground and
/// without colours; the same record gives the same bytes.
std::string saga_svg(std::string_view module, const SagaRecord& saga,
                     Colours colours = Colours::Own);

}  // namespace banyan::map
