// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "banyan/verdict/judge.hpp"
#include "trip.hpp"

/// What the switch log takes of a change that a plan makes.
namespace banyan::strangler {

/// As JSON, in the room that a line has. What the judge says of the last minute is no reason for a
/// trip, which goes by the last requests: those come first.
std::string evidence_of(const std::vector<OperationVerdict>& verdicts,
                        const std::optional<Trip>& trip);

/// A message for the log has no line breaks and an end.
std::string line_of(std::string text);

}  // namespace banyan::strangler
