// SPDX-License-Identifier: Apache-2.0
#include "contract/worlds.hpp"

#include <concepts>

#include "binding/wire.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/sample_shop.hpp"
#include "kernel/memory_store.hpp"
#include "sql/module_database.hpp"

namespace banyan::contract {
namespace {

/// A module with its ledger in front, as hosts have it, and before it what it stands on.
template <class P, class Base>
class World final : public PortWorld<P> {
 public:
  template <class Make>
  World(std::unique_ptr<Base> base, Make make)
      : base_(std::move(base)),
        module_(make(*base_)),
        once_(binding::Wire<P>::once(*module_, base_->template ledger<P>())) {}
  P& port() override { return *once_; }

 private:
  std::unique_ptr<Base> base_;
  std::unique_ptr<P> module_;
  std::unique_ptr<P> once_;
};

template <class P, class Base, class Make>
std::unique_ptr<PortWorld<P>> world(std::unique_ptr<Base> base, Make make) {
  return std::make_unique<World<P, Base>>(std::move(base), make);
}

struct OnSql {
  template <class P>
  IdempotencyLedger& ledger() {
    if constexpr (std::same_as<P, catalog::Catalog>) return modules.catalog.ledger();
    if constexpr (std::same_as<P, warehouse::Warehouse>) return modules.warehouse.ledger();
    if constexpr (std::same_as<P, orders::Orders>) return modules.orders.ledger();
  }
  OnSql(Stage stage, sql::Engine engine) : database(stage, engine) {}
  SampleDatabase database;
  recordshop::ModuleDatabases modules = database.modules();
  std::unique_ptr<catalog::Catalog> catalog =
      catalog::make_catalog({}, modules.catalog, real_environment());
  std::unique_ptr<catalog::Catalog> catalog_port = bind_in_process(*catalog, no_observer());
  std::unique_ptr<warehouse::Warehouse> warehouse =
      warehouse::make_warehouse({*catalog_port}, modules.warehouse, real_environment());
  std::unique_ptr<warehouse::Warehouse> warehouse_port = bind_in_process(*warehouse, no_observer());
};

std::string name_of(sql::Engine engine) {
  return engine == sql::Engine::Postgres ? "postgresql" : "sql";
}

struct InMemory {
  template <class P>
  IdempotencyLedger& ledger() {
    return own_ledger;
  }
  MemoryLedger own_ledger;
  std::unique_ptr<catalog::Catalog> catalog =
      catalog::make_memory_catalog(sample_shop().catalog(), real_environment());
  std::unique_ptr<catalog::Catalog> catalog_port = bind_in_process(*catalog, no_observer());
  std::unique_ptr<warehouse::Warehouse> warehouse =
      warehouse::make_memory_warehouse({*catalog_port}, sample_shop().stock, real_environment());
  std::unique_ptr<warehouse::Warehouse> warehouse_port = bind_in_process(*warehouse, no_observer());
};

}  // namespace

PortUnderTest<catalog::Catalog> catalog_in_memory() {
  return {"memory", [] {
            return world<catalog::Catalog>(std::make_unique<InMemory>(), [](InMemory&) {
              return catalog::make_memory_catalog(sample_shop().catalog(), real_environment());
            });
          }};
}

PortUnderTest<catalog::Catalog> catalog_on_sql(sql::Engine engine) {
  return {name_of(engine), [engine] {
            return world<catalog::Catalog>(
                std::make_unique<OnSql>(Stage::Shared, engine), [](OnSql& base) {
                  return catalog::make_catalog({}, base.modules.catalog, real_environment());
                });
          }};
}

PortUnderTest<warehouse::Warehouse> warehouse_in_memory() {
  return {"memory", [] {
            return world<warehouse::Warehouse>(std::make_unique<InMemory>(), [](InMemory& base) {
              return warehouse::make_memory_warehouse({*base.catalog_port}, sample_shop().stock,
                                                      real_environment(), &base.own_ledger);
            });
          }};
}

PortUnderTest<warehouse::Warehouse> warehouse_on_sql(Stage stage, sql::Engine engine) {
  return {name_of(engine) + "_" + name_of(stage), [stage, engine] {
            return world<warehouse::Warehouse>(
                std::make_unique<OnSql>(stage, engine), [](OnSql& base) {
                  return warehouse::make_warehouse({*base.catalog_port}, base.modules.warehouse,
                                                   real_environment());
                });
          }};
}

PortUnderTest<orders::Orders> orders_in_memory() {
  return {"memory", [] {
            return world<orders::Orders>(std::make_unique<InMemory>(), [](InMemory& base) {
              return orders::make_memory_orders({*base.catalog_port, *base.warehouse_port},
                                                real_environment(), {}, &base.own_ledger);
            });
          }};
}

PortUnderTest<orders::Orders> orders_on_sql(Stage stage, sql::Engine engine) {
  return {name_of(engine) + "_" + name_of(stage), [stage, engine] {
            return world<orders::Orders>(std::make_unique<OnSql>(stage, engine), [](OnSql& base) {
              return orders::make_orders({*base.catalog_port, *base.warehouse_port},
                                         base.modules.orders, real_environment());
            });
          }};
}

std::string name_of(Stage stage) {
  switch (stage) {
    case Stage::Shared: return "shared";
    case Stage::Expanded: return "expanded";
    case Stage::Separated: return "separated";
  }
  return "";
}

}  // namespace banyan::contract
