// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "banyan/postgres/fault.hpp"

namespace banyan::postgres {

/// Why `failed`, which was opened with `connection`, was not opened: libpq gives no code, and the
/// same line, for a server that is away and for a password that is wrong. So the server is asked
/// once more, and what answers is asked for its code. Nothing: by now it is open.
std::optional<Fault> refusal_of(::pg_conn* failed, const std::string& connection);

}  // namespace banyan::postgres
