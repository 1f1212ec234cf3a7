// SPDX-License-Identifier: Apache-2.0
#include "contract/orders/names_world.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <concepts>
#include <mutex>
#include <thread>

#include "banyan/events/event_types_impl.hpp"
#include "banyan/events/memory_events.hpp"
#include "banyan/events/receiver.hpp"
#include "banyan/events/relay.hpp"
#include "banyan/events/subscriptions_impl.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/chain.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/orders/neighbours.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {
namespace {

using events::Relay;
using std::chrono::milliseconds;

/// What a test does to the owners, as orders sees them.
struct Ways {
  std::atomic<bool> away = false;
  std::mutex mutex;
  std::function<void()> before_page;
};

/// An owner as orders reaches it.
template <class P>
class Reached {
 public:
  Reached(P& owner, Ways& ways) : owner_(&owner), ways_(&ways) {}

  template <class Port, class Op>
  Result<typename Op::Response> call(const Op& operation, const Context& context) {
    if (ways_->away) {
      return fail(ErrorCode::Unavailable, "banyan.unreachable", "nobody is there");
    }
    if constexpr (std::same_as<Op, catalog::ListTracks> ||
                  std::same_as<Op, customers::ListCustomers>) {
      std::function<void()> before;
      {
        const std::lock_guard lock(ways_->mutex);
        before = ways_->before_page;
      }
      if (before) before();
      // Small pages, so that there is something between two of them.
      Op small = operation;
      small.limit = 2;
      return owner_->handle(small, context);
    }
    return owner_->handle(operation, context);
  }

 private:
  P* owner_;
  Ways* ways_;
};
template <class P>
using ReachedPort = Chain<P, Reached<P>>;

const std::vector<events::Subscription>& subscribed() {
  static const auto all =
      events::subscriptions_of<orders::Subscriptions,
                               events::Source<"shipping", shipping::Published>,
                               events::Source<"customers", customers::Published>,
                               events::Source<"catalog", catalog::Published>>();
  return all;
}

events::RelayOptions quick() {
  events::RelayOptions options;
  options.poll = milliseconds(20);
  options.first_backoff = milliseconds(1);
  options.longest_backoff = milliseconds(5);
  return options;
}

}  // namespace

class NamesWorld::Parts {
 public:
  explicit Parts(Storage storage) {
    if (storage == Storage::Memory) {
      in_memory();
    } else {
      on_tables(storage == Storage::Postgres ? sql::Engine::Postgres : sql::Engine::Sqlite);
    }
    start_orders();
  }

  void in_memory() {
    const auto make = [](const char* name, std::vector<events::EventType> types) {
      return std::make_shared<events::MemoryEvents>(name, std::move(types), real_environment());
    };
    const auto of_catalog = make("catalog", events::types_of<catalog::Published>());
    const auto of_customers = make("customers", events::types_of<customers::Published>());
    const auto of_orders = make("orders", {});
    catalog_owner =
        catalog::make_memory_catalog(sample_shop().catalog(), real_environment(), of_catalog.get());
    customers_owner = customers::make_memory_customers(sample_shop().customers, real_environment(),
                                                       nullptr, of_customers.get());
    warehouse =
        warehouse::make_memory_warehouse({*catalog_owner}, sample_shop().stock, real_environment());
    memory = of_orders;
    catalog_events = of_catalog;
    customers_events = of_customers;
    orders_events = of_orders;
  }

  void on_tables(sql::Engine engine) {
    database = std::make_unique<SampleDatabase>(Stage::Shared, engine);
    modules.emplace(database->modules());
    catalog_events = events::make_sql_events(
        modules->catalog, events::types_of<catalog::Published>(), real_environment());
    customers_events = events::make_sql_events(
        modules->customers, events::types_of<customers::Published>(), real_environment());
    orders_events = events::make_sql_events(modules->orders, {}, real_environment());
    catalog_owner = catalog::make_catalog({}, modules->catalog, real_environment());
    customers_owner = customers::make_customers({}, modules->customers, real_environment());
    warehouse = warehouse::make_warehouse({*catalog_owner}, modules->warehouse, real_environment());
  }

  void start_orders() {
    catalog_port = std::make_unique<ReachedPort<catalog::Catalog>>(
        Reached<catalog::Catalog>(*catalog_owner, ways));
    customers_port = std::make_unique<ReachedPort<customers::Customers>>(
        Reached<customers::Customers>(*customers_owner, ways));
    const ::orders::Needs needs{*catalog_port, *customers_port, *warehouse,
                                neighbours.payments_port, neighbours.shipping_port};
    module =
        memory ? ::orders::make_memory_orders(needs, real_environment(), {}, nullptr, memory.get())
               : ::orders::make_orders(needs, modules->orders, real_environment());
    receiver.emplace("orders", subscribed(), static_cast<::orders::Subscriptions*>(module.get()),
                     orders_events->inbox(), real_environment(), events::ReceiverOptions{});
    transport = events::make_in_process_transport(*receiver);
    relays.clear();
    for (events::ModuleEvents* const source : {catalog_events.get(), customers_events.get()}) {
      relays.push_back(std::make_unique<Relay>(source->log(), "relay of the test",
                                               real_environment(), quick(),
                                               events::RelayObserver{}));
      relays.back()->add_lane("orders", events::Start::Head, {transport.get()});
      relays.back()->pump();  // registers
    }
  }

  void stop_orders() {
    catalog_events->on_published({});
    customers_events->on_published({});
    relays.clear();
    transport.reset();
    receiver.reset();
    module.reset();
  }

  /// What a host does once a second.
  void tell_complete() {
    for (events::ModuleEvents* const source : {catalog_events.get(), customers_events.get()}) {
      const Timestamp until = system_clock().now();
      for (const events::LaneReport& lane : source->log().lanes(any_context())) {
        if (lane.unsent > 0 || lane.held > 0) continue;
        ASSERT_THAT(module->read_model_complete(source->log().module(), until, any_context()),
                    Succeeds());
      }
    }
  }

  void deliver() {
    const std::lock_guard lock(one_at_a_time);
    if (!delivering) {
      for (const auto& relay : relays) relay->pump();
    }
    tell_complete();
  }

  Ways ways;
  ::orders::testing::Neighbours neighbours;
  std::unique_ptr<SampleDatabase> database;
  std::optional<recordshop::ModuleDatabases> modules;
  std::shared_ptr<events::MemoryEvents> memory;
  std::shared_ptr<events::ModuleEvents> catalog_events, customers_events, orders_events;
  std::unique_ptr<catalog::Catalog> catalog_owner;
  std::unique_ptr<customers::Customers> customers_owner;
  std::unique_ptr<warehouse::Warehouse> warehouse;
  std::unique_ptr<ReachedPort<catalog::Catalog>> catalog_port;
  std::unique_ptr<ReachedPort<customers::Customers>> customers_port;
  std::unique_ptr<::orders::Module> module;
  std::optional<events::Receiver> receiver;
  std::unique_ptr<events::EventTransport> transport;
  std::vector<std::unique_ptr<Relay>> relays;
  std::mutex one_at_a_time;  ///< a relay that is pumped is so by one thread
  bool delivering = false;
};

NamesWorld::NamesWorld(Storage storage) : parts_(std::make_unique<Parts>(storage)) {}
NamesWorld::~NamesWorld() { parts_->stop_orders(); }

catalog::Catalog& NamesWorld::catalog() { return *parts_->catalog_owner; }
customers::Customers& NamesWorld::customers() { return *parts_->customers_owner; }
orders::Module& NamesWorld::orders() { return *parts_->module; }

void NamesWorld::restart_orders() {
  parts_->stop_orders();
  parts_->start_orders();
}

void NamesWorld::deliver() { parts_->deliver(); }

void NamesWorld::start_delivering() {
  parts_->delivering = true;
  for (const auto& relay : parts_->relays) relay->start();
  parts_->catalog_events->on_published([relay = parts_->relays[0].get()] { relay->wake(); });
  parts_->customers_events->on_published([relay = parts_->relays[1].get()] { relay->wake(); });
}

void NamesWorld::set_owners_away(bool away) { parts_->ways.away = away; }

void NamesWorld::set_before_page(std::function<void()> call) {
  const std::lock_guard lock(parts_->ways.mutex);
  parts_->ways.before_page = std::move(call);
}

ReadModelReport NamesWorld::await_rebuild() {
  while (true) {
    deliver();
    ReadModelReport report = orders().read_model(any_context());
    if (report.rebuilt > 0 && !report.rebuilding) return report;
    std::this_thread::sleep_for(milliseconds(2));
  }
}

ReadModelReport NamesWorld::rebuild() {
  const auto asked = orders().rebuild_read_model({"somebody", "a test"}, any_context());
  EXPECT_THAT(asked, Succeeds());
  ReadModelReport report = await_rebuild();
  EXPECT_EQ(report.served, *asked);
  return report;
}

std::map<std::string, std::optional<std::string>> NamesWorld::owned_names() {
  std::map<std::string, std::optional<std::string>> names;
  std::optional<std::string> cursor;
  do {
    const auto page = catalog().handle(catalog::ListTracks{{}, cursor, {}}, any_context());
    for (const catalog::Track& track : page->tracks) names[track.id.str()] = track.title;
    cursor = page->next_cursor;
  } while (cursor);
  do {
    const auto page = customers().handle(customers::ListCustomers{cursor, {}, {}}, any_context());
    for (const customers::Customer& each : page->customers) {
      const bool open = each.state == customers::AccountState::Open;
      names[each.id.str()] = open ? std::optional(each.name) : std::nullopt;
    }
    cursor = page->next_cursor;
  } while (cursor);
  return names;
}

std::map<std::string, orders::KnownName> NamesWorld::shown_names() {
  std::map<std::string, orders::KnownName> names;
  std::optional<std::string> cursor;
  do {
    const auto page = orders().handle(::orders::ListOrders{{}, cursor, {}}, any_context());
    for (const ::orders::OrderSummary& each : page->orders) {
      const auto order = orders().handle(::orders::GetOrder{each.id}, any_context());
      names[order->names->customer.id] = order->names->customer;
      for (const ::orders::KnownName& track : order->names->tracks) names[track.id] = track;
    }
    cursor = page->next_cursor;
  } while (cursor);
  return names;
}

void NamesWorld::expect_equal_to_owners() {
  using ::orders::NameState;
  const auto owned = owned_names();
  for (const auto& [id, shown] : shown_names()) {
    const auto owner = owned.find(id);
    if (owner == owned.end()) {
      EXPECT_EQ(shown.state, NameState::NotYet) << id;
    } else {
      EXPECT_EQ(shown.state, owner->second ? NameState::Known : NameState::Gone) << id;
      EXPECT_EQ(shown.name, owner->second.value_or(id));
    }
  }
}

}  // namespace banyan::contract
