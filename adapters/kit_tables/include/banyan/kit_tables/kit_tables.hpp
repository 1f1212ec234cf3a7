// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

/// The tables of the kit's own that lie in an application's databases, said once for all engines:
/// on SQLite in each file, on PostgreSQL the ledger and the events in the schema of each module and
/// the history in `banyan`. Whoever changes them raises the format.
namespace banyan::kit_tables {

/// Written into each database; a program leaves databases of a larger one alone.
inline constexpr int kFormat = 2;

/// The idempotency ledger, see kernel/idempotency.hpp. Times are in microseconds.
inline constexpr std::string_view kLedgerColumns =
    "(module TEXT NOT NULL, caller TEXT NOT NULL, operation TEXT NOT NULL, key TEXT NOT NULL, "
    "fingerprint TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('running', 'answered')), "
    "answer TEXT NOT NULL, begun_at BIGINT NOT NULL, clock_of TEXT NOT NULL, "
    "runs_until BIGINT NOT NULL, PRIMARY KEY (module, caller, operation, key))";
/// Of the index banyan_ledger_by_age.
inline constexpr std::string_view kLedgerAge = "(module, begun_at)";

/// What a table of the kit is made by. All that lie beside a module's tables have a column `module`
/// and move with it.
struct Table {
  std::string_view name;
  std::string_view columns;          ///< with the brackets
  std::string_view index_name = {};  ///< "" for none
  std::string_view index = {};       ///< its columns, with the brackets
};

/// The events of a module (docs/adr/0029): what it has published (`banyan_outbox`, appended to),
/// the counters of that, how far each recipient has got in each slot (`banyan_lane`), the keys that
/// a recipient has not taken (`banyan_held`), and how far the module itself has handled those of
/// others (`banyan_inbox`). Times are in microseconds.
inline constexpr std::array kEventTables{
    Table{"banyan_outbox",
          "(module TEXT NOT NULL, slot BIGINT NOT NULL, seq BIGINT NOT NULL, key TEXT NOT NULL, "
          "ord BIGINT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, at BIGINT NOT NULL, "
          "trace TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (module, slot, seq))",
          "banyan_outbox_by_key", "(module, key, ord)"},
    // The last seq that was drawn. Never taken from the outbox itself: that may have been purged.
    Table{"banyan_outbox_end", "(module TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (module))"},
    Table{"banyan_outbox_head",
          "(module TEXT NOT NULL, key TEXT NOT NULL, ord BIGINT NOT NULL, PRIMARY KEY (module, "
          "key))"},
    Table{"banyan_lane",
          "(module TEXT NOT NULL, lane TEXT NOT NULL, slot BIGINT NOT NULL, pos BIGINT NOT NULL, "
          "epoch BIGINT NOT NULL, holder TEXT NOT NULL, clock_of TEXT NOT NULL, "
          "held_until BIGINT NOT NULL, PRIMARY KEY (module, lane, slot))"},
    Table{"banyan_lane_route",
          "(module TEXT NOT NULL, lane TEXT NOT NULL, transport TEXT NOT NULL, "
          "before TEXT NOT NULL, from_seq BIGINT NOT NULL, since BIGINT NOT NULL, "
          "PRIMARY KEY (module, lane))"},
    Table{"banyan_held",
          "(module TEXT NOT NULL, lane TEXT NOT NULL, key TEXT NOT NULL, slot BIGINT NOT NULL, "
          "from_seq BIGINT NOT NULL, ord BIGINT NOT NULL, type TEXT NOT NULL, "
          "attempts BIGINT NOT NULL, clock_of TEXT NOT NULL, next_at BIGINT NOT NULL, "
          "since BIGINT NOT NULL, parked BIGINT NOT NULL, skips BIGINT NOT NULL, "
          "reason TEXT NOT NULL, PRIMARY KEY (module, lane, key))",
          "banyan_held_by_slot", "(module, lane, slot, parked, next_at)"},
    // What operators have done about them, and why.
    Table{"banyan_lane_action",
          "(module TEXT NOT NULL, at BIGINT NOT NULL, lane TEXT NOT NULL, key TEXT NOT NULL, "
          "action TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, "
          "PRIMARY KEY (module, at, lane, key, action))"},
    Table{"banyan_inbox",
          "(module TEXT NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL, ord BIGINT NOT NULL, "
          "PRIMARY KEY (module, source, key))"},
};

/// Which migration scripts have run.
inline constexpr std::string_view kHistoryColumns =
    "(module TEXT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT "
    "NULL, PRIMARY KEY (module, name))";

/// Which of them said that programs which do not know them can live with what they do, each with
/// the checksum of the text that said it. Made when the first one runs. A table beside the history,
/// and no column of it: versions before leave it alone, so that it raises no format.
inline constexpr std::string_view kExpansionColumns =
    "(module TEXT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY (module, "
    "name))";

}  // namespace banyan::kit_tables
