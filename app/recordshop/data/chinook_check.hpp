// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/sqlite/connection.hpp"

namespace recordshop {

/// What a Chinook database has and this file has not, a sentence each: tables, columns, rows.
std::vector<std::string> what_chinook_lacks(const banyan::sqlite::Connection& file);

}  // namespace recordshop
