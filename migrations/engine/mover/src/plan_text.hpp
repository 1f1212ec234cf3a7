// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/kernel/error.hpp"

namespace banyan::mover {

/// How each plan ends: what is worth knowing, and whether anything stands in the way.
std::string end_of_plan(const std::vector<std::string>& notes, const std::vector<Detail>& refusals);

}  // namespace banyan::mover
