// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// The tables of the kit's own that lie in an application's databases, said once for all engines:
/// on SQLite in each file (banyan_ledger, banyan_migrations), on PostgreSQL the ledger in the
/// schema of each module and the history in `banyan`. Whoever changes them raises the format.
namespace banyan::kit_tables {

/// Written into each database; a program leaves databases of a larger one alone.
inline constexpr int kFormat = 1;

/// The idempotency ledger, see kernel/idempotency.hpp. Times are in microseconds.
inline constexpr std::string_view kLedgerColumns =
    "(module TEXT NOT NULL, caller TEXT NOT NULL, operation TEXT NOT NULL, key TEXT NOT NULL, "
    "fingerprint TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('running', 'answered')), "
    "answer TEXT NOT NULL, begun_at BIGINT NOT NULL, clock_of TEXT NOT NULL, "
    "runs_until BIGINT NOT NULL, PRIMARY KEY (module, caller, operation, key))";
/// Of the index banyan_ledger_by_age.
inline constexpr std::string_view kLedgerAge = "(module, begun_at)";

/// Which migration scripts have run.
inline constexpr std::string_view kHistoryColumns =
    "(module TEXT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT "
    "NULL, PRIMARY KEY (module, name))";

}  // namespace banyan::kit_tables
