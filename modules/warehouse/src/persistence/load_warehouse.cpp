// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "banyan/sql/module_database.hpp"
#include "persistence/stock_journal.hpp"
#include "warehouse/module.hpp"

namespace warehouse {

using banyan::Result;
using banyan::sql::Session;

Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                  std::span<const StockRecord> stock, banyan::Timestamp now) {
  return database.write(context, [stock, now](Session& session) -> Result<void> {
    StockJournal journal(session);
    for (const StockRecord& record : stock) {
      // A conflict is asked for in the statement: to try it costs PostgreSQL three of them.
      const std::int64_t inserted = session.run(
          "INSERT INTO stock (track_id, on_hand, reserved) VALUES (:track, :on_hand, 0)"
          " ON CONFLICT DO NOTHING",
          record.track, record.on_hand);
      if (inserted == 0) {
        return banyan::fail(banyan::ErrorCode::AlreadyExists, "warehouse.already_loaded",
                            "track " + record.track.str() +
                                " is stocked already; nothing of this batch was loaded. Load into"
                                " a new database.");
      }
      if (record.on_hand > 0) {
        journal.write({"opening", MovementKind::Received, record.track, record.on_hand, now});
      }
    }
    return {};
  });
}

bool holds(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
           std::span<const StockRecord> stock) {
  return database.read(context, [stock](Session& session) {
    return std::ranges::all_of(stock, [&session](const StockRecord& record) {
      return session.value<std::int64_t>("SELECT on_hand FROM stock WHERE track_id = :track",
                                         record.track) == record.on_hand;
    });
  });
}

std::int64_t count_stock(banyan::sql::ModuleDatabase& database, const banyan::Context& context) {
  return database.read(context, [](Session& session) {
    return session.value<std::int64_t>("SELECT count(*) FROM stock").value_or(0);
  });
}

}  // namespace warehouse
