// SPDX-License-Identifier: Apache-2.0
#include "contract/worlds.hpp"

#include <concepts>

#include "banyan/binding/port_binding.hpp"
#include "banyan/kernel/memory_store.hpp"
#include "banyan/sql/module_database.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/orders/neighbours.hpp"
#include "contract/sample_shop.hpp"
#include "payments/module.hpp"
#include "support/provider_with_books.hpp"

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
        once_(
            binding::PortBinding<P>::once(*module_, base_->template ledger<P>(), system_clock())) {}
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
    if constexpr (std::same_as<P, customers::Customers>) return modules.customers.ledger();
    if constexpr (std::same_as<P, warehouse::Warehouse>) return modules.warehouse.ledger();
    if constexpr (std::same_as<P, payments::Payments>) return modules.payments.ledger();
    if constexpr (std::same_as<P, orders::Orders>) return modules.orders.ledger();
  }
  OnSql(Stage stage, sql::Engine engine) : database(stage, engine) {}
  SampleDatabase database;
  recordshop::ModuleDatabases modules = database.modules();
  std::unique_ptr<catalog::Catalog> catalog =
      catalog::make_catalog({}, modules.catalog, real_environment());
  std::unique_ptr<catalog::Catalog> catalog_port =
      bind_in_process(*catalog, no_observer(), system_clock());
  std::unique_ptr<warehouse::Warehouse> warehouse =
      warehouse::make_warehouse({*catalog_port}, modules.warehouse, real_environment());
  std::unique_ptr<warehouse::Warehouse> warehouse_port =
      bind_in_process(*warehouse, no_observer(), system_clock());
  test::ProviderWithBooks provider;
  ::orders::testing::Neighbours neighbours;
};

std::string name_of(sql::Engine engine) {
  return engine == sql::Engine::Postgres ? "postgresql" : "sql";
}

struct InMemory {
  template <class P>
  IdempotencyLedger& ledger() {
    return own_ledger;
  }
  MemoryLedger own_ledger{system_clock()};
  std::unique_ptr<catalog::Catalog> catalog =
      catalog::make_memory_catalog(sample_shop().catalog(), real_environment());
  std::unique_ptr<catalog::Catalog> catalog_port =
      bind_in_process(*catalog, no_observer(), system_clock());
  std::unique_ptr<warehouse::Warehouse> warehouse =
      warehouse::make_memory_warehouse({*catalog_port}, sample_shop().stock, real_environment());
  std::unique_ptr<warehouse::Warehouse> warehouse_port =
      bind_in_process(*warehouse, no_observer(), system_clock());
  test::ProviderWithBooks provider;
  ::orders::testing::Neighbours neighbours;
};

template <class Base>
orders::Needs needs_of_orders(Base& base) {
  return {*base.catalog_port, base.neighbours.customers_port, *base.warehouse_port,
          base.neighbours.payments_port, base.neighbours.shipping_port};
}

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

PortUnderTest<customers::Customers> customers_in_memory() {
  return {"memory", [] {
            return world<customers::Customers>(std::make_unique<InMemory>(), [](InMemory& base) {
              return customers::make_memory_customers(sample_shop().customers, real_environment(),
                                                      &base.own_ledger);
            });
          }};
}

PortUnderTest<customers::Customers> customers_on_sql(sql::Engine engine) {
  return {name_of(engine), [engine] {
            return world<customers::Customers>(
                std::make_unique<OnSql>(Stage::Shared, engine), [](OnSql& base) {
                  return customers::make_customers({}, base.modules.customers, real_environment());
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

PortUnderTest<payments::Payments> payments_in_memory() {
  return {"memory", [] {
            return world<payments::Payments>(std::make_unique<InMemory>(), [](InMemory& base) {
              return payments::make_memory_payments({base.provider}, real_environment(),
                                                    &base.own_ledger);
            });
          }};
}

PortUnderTest<payments::Payments> payments_on_sql(sql::Engine engine) {
  return {name_of(engine), [engine] {
            return world<payments::Payments>(
                std::make_unique<OnSql>(Stage::Shared, engine), [](OnSql& base) {
                  return payments::make_payments({base.provider}, base.modules.payments,
                                                 real_environment());
                });
          }};
}

PortUnderTest<orders::Orders> orders_in_memory() {
  return {"memory", [] {
            return world<orders::Orders>(std::make_unique<InMemory>(), [](InMemory& base) {
              return orders::make_memory_orders(needs_of_orders(base), real_environment(), {},
                                                &base.own_ledger);
            });
          }};
}

PortUnderTest<orders::Orders> orders_on_sql(Stage stage, sql::Engine engine) {
  return {name_of(engine) + "_" + name_of(stage), [stage, engine] {
            return world<orders::Orders>(std::make_unique<OnSql>(stage, engine), [](OnSql& base) {
              return orders::make_orders(needs_of_orders(base), base.modules.orders,
                                         real_environment());
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
