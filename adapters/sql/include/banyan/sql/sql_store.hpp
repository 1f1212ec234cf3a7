// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "banyan/kernel/store.hpp"
#include "banyan/sql/module_database.hpp"

namespace banyan::sql {

/// A module's store on its tables: `Rows`, made of the Session of each unit of work, looks up and
/// changes. It implements the Writing of the store.
///
///     std::make_unique<SqlStore<OrderStore, SqlOrders>>(database)
template <class StorePort, class Rows>
class SqlStore;

template <class Reading, class Writing, class Rows>
class SqlStore<Store<Reading, Writing>, Rows> final : public Store<Reading, Writing> {
 public:
  /// `database` outlives the store.
  explicit SqlStore(ModuleDatabase& database) : database_(database) {}

 private:
  void run_read(const Context& context,
                const std::function<void(Reading&, banyan::UnitOfWork&)>& body) override {
    database_.read(context, [&body](UnitOfWork& unit) {
      Rows rows(unit.session());
      body(rows, unit);
    });
  }

  Result<void> run_write(
      const Context& context,
      const std::function<Result<void>(Writing&, banyan::UnitOfWork&)>& body) override {
    return database_.write(context, [&body](UnitOfWork& unit) {
      Rows rows(unit.session());
      return body(rows, unit);
    });
  }

  ModuleDatabase& database_;
};

}  // namespace banyan::sql
