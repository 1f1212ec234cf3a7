// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ways.hpp"

namespace banyan::strangler {

/// What neither HAProxy nor nginx does as Banyan does, and what of that this table has; "" engine
/// words stand for the other proxy's name. The first are those that matter most.
std::vector<std::string> common_differences(const TableToExport& table, const Ways& ways);

/// With BucketHash::Engine: which share of the users is decided otherwise, a sentence for each
/// rollout. `how` says what the other proxy's hash is.
std::vector<std::string> differences_of_the_hash(const TableToExport& table, const Ways& ways,
                                                 std::string_view how);

/// "12.5 %", of hundredths of a per cent.
std::string share_text(std::uint64_t hundredths);

}  // namespace banyan::strangler
