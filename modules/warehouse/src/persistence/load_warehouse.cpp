// SPDX-License-Identifier: Apache-2.0
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
      const auto done = session.try_run(
          "INSERT INTO stock (track_id, on_hand, reserved) VALUES (:track, :on_hand, 0)",
          record.track, record.on_hand);
      if (!done && done.error().kind == banyan::sql::ConstraintKind::Unique) {
        return banyan::fail(banyan::ErrorCode::AlreadyExists, "warehouse.already_loaded",
                            "track " + record.track.str() +
                                " is stocked already; nothing of this batch was loaded. Load into"
                                " a new database.");
      }
      if (!done) {
        throw banyan::sql::Fault(banyan::sql::FaultKind::Constraint,
                                 "warehouse: loading failed: " + to_string(done.error()),
                                 done.error());
      }
      if (record.on_hand > 0) {
        journal.write({"opening", MovementKind::Received, record.track, record.on_hand, now});
      }
    }
    return {};
  });
}

std::int64_t count_stock(banyan::sql::ModuleDatabase& database, const banyan::Context& context) {
  return database.read(context, [](Session& session) {
    return session.value<std::int64_t>("SELECT count(*) FROM stock").value_or(0);
  });
}

}  // namespace warehouse
