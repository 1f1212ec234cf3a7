// SPDX-License-Identifier: Apache-2.0
#include "persistence/stock_journal.hpp"

#include <array>

#include "banyan/sql/session.hpp"

namespace warehouse {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"received", "held", "released", "sold"};

std::string_view text_of(MovementKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

MovementKind kind_from(std::string_view text) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds.at(i) == text) return static_cast<MovementKind>(i);
  }
  throw banyan::sql::Fault(banyan::sql::FaultKind::Misuse,
                           "warehouse: no kind of movement: '" + std::string(text) + "'");
}

}  // namespace

bool StockJournal::has_own_table() {
  if (!own_table_) own_table_ = session_.has_table("stock_movements");
  return *own_table_;
}

void StockJournal::write(const Movement& movement) {
  if (has_own_table()) {
    session_.run(
        "INSERT INTO stock_movements (cause, kind, track_id, quantity, at)"
        " VALUES (:cause, :kind, :track, :quantity, :at)",
        movement.cause, text_of(movement.kind), movement.track, movement.quantity, movement.at);
    return;
  }
  session_.run(
      "INSERT INTO activity (module, subject, what, item, quantity, at)"
      " VALUES ('warehouse', :cause, :kind, :track, :quantity, :at)",
      movement.cause, text_of(movement.kind), movement.track, movement.quantity, movement.at);
}

std::vector<Movement> StockJournal::of(const TrackId& track) {
  auto rows = has_own_table()
                  ? session_.all<std::string, std::string, std::int64_t, banyan::Timestamp>(
                        "SELECT cause, kind, quantity, at FROM stock_movements"
                        " WHERE track_id = :track ORDER BY at, cause, kind",
                        track)
                  : session_.all<std::string, std::string, std::int64_t, banyan::Timestamp>(
                        "SELECT subject, what, quantity, at FROM activity"
                        " WHERE module = 'warehouse' AND item = :track ORDER BY at, subject, what",
                        track);
  std::vector<Movement> movements;
  movements.reserve(rows.size());
  for (auto& [cause, kind, quantity, at] : rows) {
    movements.push_back({std::move(cause), kind_from(kind), track, quantity, at});
  }
  return movements;
}

}  // namespace warehouse
