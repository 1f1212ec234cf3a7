// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/http/path_table.hpp"

namespace banyan::http {

/// For proposals, which leave out what PathTable::build() would refuse instead of failing with it:
/// for each entry why it cannot be in a table, "" where it can. Those without a doubt make one.
std::vector<std::string> doubts_of(const std::vector<PathEntry>& entries);

}  // namespace banyan::http
