// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/comparison/comparator.hpp"

namespace banyan::strangler {

/// How far apart the two values of a difference are, for people who see no more than their forms:
/// "1 h later" of two times, "about 500 more" of two numbers that are masked, "other characters of
/// the same form". What the new side has, seen from the old one's. Rounded, so that whoever knows
/// one of the two does not know the other. "": there is nothing to say beyond the values.
std::string distance_text(const Difference& difference);

}  // namespace banyan::strangler
