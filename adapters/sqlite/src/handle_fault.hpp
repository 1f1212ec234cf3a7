// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/sqlite/fault.hpp"

struct sqlite3;

namespace banyan::sqlite {

/// The last failure of a connection. `statement_at` is where its statement begins in a script.
Fault fault_of(::sqlite3* connection, std::string_view sql = {}, std::size_t statement_at = 0);

}  // namespace banyan::sqlite
