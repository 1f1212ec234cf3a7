// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "banyan/sqlite/connection.hpp"
#include "customers/module.hpp"

namespace recordshop {

/// Hands out the customers of a Chinook database, with their numbers, in their order; `record` has
/// no id and no time yet. Answers one sentence for each that is none, or whose address is none:
/// orders of a customer that was left out keep an id that nobody has.
std::vector<std::string> each_chinook_customer(
    const banyan::sqlite::Connection& file,
    const std::function<void(std::int64_t number, customers::CustomerRecord record)>& take);

}  // namespace recordshop
