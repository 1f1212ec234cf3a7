// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "application/warehouse_store.hpp"

namespace banyan::sql {
class Session;
}

namespace warehouse {

/// Where movements are written down: in the module's own table `stock_movements` when it is there,
/// else in the shared table `activity`.
class StockJournal {
 public:
  /// For one unit of work; it looks at most once.
  explicit StockJournal(banyan::sql::Session& session) : session_(session) {}

  void write(const Movement& movement);
  std::vector<Movement> of(const TrackId& track);

 private:
  bool has_own_table();

  banyan::sql::Session& session_;
  std::optional<bool> own_table_;
};

}  // namespace warehouse
