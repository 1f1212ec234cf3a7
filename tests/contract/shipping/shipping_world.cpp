// SPDX-License-Identifier: Apache-2.0
#include "contract/shipping/shipping_world.hpp"

#include <algorithm>

#include "banyan/kernel/bindings.hpp"
#include "contract/shipping/shipping_database.hpp"

namespace banyan::contract {

using ::shipping::ConsignmentDetails;
using ::shipping::Leg;
using ::shipping::OrderId;
using ::shipping::Sighting;

class ScheduleByHand::Task final : public Scheduler::Handle {
 public:
  using Tasks = std::list<std::move_only_function<void()>>;
  Task(Tasks& tasks, Tasks::iterator place) : tasks_(tasks), place_(place) {}
  ~Task() override { tasks_.erase(place_); }
  void wake() override {}

 private:
  Tasks& tasks_;
  Tasks::iterator place_;
};

std::unique_ptr<Scheduler::Handle> ScheduleByHand::every(std::chrono::milliseconds /*interval*/,
                                                         std::move_only_function<void()> task) {
  tasks_.push_back(std::move(task));
  return std::make_unique<Task>(tasks_, std::prev(tasks_.end()));
}

std::string name_of(Keeping keeping) {
  switch (keeping) {
    case Keeping::Memory: return "memory";
    case Keeping::Sqlite: return "sqlite";
    case Keeping::Postgres: return "postgresql";
  }
  return "";
}

struct ShippingWorld::Database : ShippingDatabase {
  using ShippingDatabase::ShippingDatabase;
};

ShippingWorld::ShippingWorld(Keeping keeping, const Bind& bind, ::shipping::Carrier* other)
    : keeping_(keeping) {
  const ::shipping::Needs needs{customers_port_, other == nullptr ? carrier : *other};
  if (keeping == Keeping::Memory) {
    module_ = ::shipping::make_memory_shipping(needs, environment_, policy, nullptr, &published);
  } else {
    database_ = std::make_unique<Database>(keeping, clock);
    module_ = ::shipping::make_shipping(needs, database_->module(), environment_, policy);
  }
  if (bind) {
    port_ = bind(*module_);
  } else {
    port_ = std::shared_ptr<::shipping::Shipping>(std::shared_ptr<void>(), module_.get());
  }
}

ShippingWorld::~ShippingWorld() = default;

EventAnswer ShippingWorld::pay(const OrderId& order, std::optional<std::string> country) {
  const payments::PaymentCaptured paid{payments::OrderId::parse(order.str()).value(),
                                       payments::CustomerId::parse(customer().str()).value(),
                                       {1299, "EUR"},
                                       clock.now(),
                                       std::move(country)};
  return module_->on(paid, EventContext{.source = "payments", .key = order.str(), .ordinal = 1},
                     context());
}

void ShippingWorld::pass(std::chrono::microseconds time) {
  clock.advance(time);
  if (keeping_ != Keeping::Postgres) return;
  const auto done =
      database_->module().write(context(), [&](sql::Session& session) -> Result<void> {
        session.run("UPDATE consignments SET waits_until = waits_until - :by", time.count());
        return {};
      });
  if (!done) throw std::runtime_error(done.error().message);
}

void ShippingWorld::background_for_long() {
  constexpr int kEnough = 40;
  for (int round = 0; round < kEnough; ++round) {
    pass(policy.longest_backoff + policy.lease);
    background();
  }
}

ConsignmentDetails ShippingWorld::get(const OrderId& order) {
  return port().handle(::shipping::GetConsignment{order}, context()).value();
}

::shipping::ConsignmentProblem ShippingWorld::problem(const OrderId& order) {
  return port().handle(::shipping::GetProblem{order}, context()).value();
}

Result<ConsignmentDetails> ShippingWorld::cancel(const OrderId& order) {
  return port().handle(::shipping::CancelConsignment{order}, context());
}

Result<ConsignmentDetails> ShippingWorld::announce_return(const OrderId& order) {
  return port().handle(::shipping::AnnounceReturn{order}, context());
}

Result<ConsignmentDetails> ShippingWorld::refresh(const OrderId& order) {
  return port().handle(::shipping::RefreshTracking{order}, context());
}

Result<ConsignmentDetails> ShippingWorld::see_to(const OrderId& order, std::string by,
                                                 std::string why) {
  return port().handle(::shipping::SeeToProblem{order, std::move(by), std::move(why)}, context());
}

std::vector<OrderId> ShippingWorld::overdue() {
  ::shipping::ListOverdueConsignments request;
  request.hours = 0;
  const auto page = port().handle(request, context()).value();
  std::vector<OrderId> orders;
  for (const auto& each : page.consignments) orders.push_back(each.order);
  return orders;
}

void ShippingWorld::brought_back(const OrderId& order) {
  carrier.bring_back(order.str(), clock.now());
}

void ShippingWorld::collected(const OrderId& order) {
  carrier.happens(order.str(), Sighting::Collected, clock.now());
}

void ShippingWorld::delivered(const OrderId& order) {
  carrier.happens(order.str(), Sighting::Delivered, clock.now());
}

OrderId ShippingWorld::order(std::uint64_t number) {
  SeededRandom random(number);
  return OrderId::make({1'750'000'000'000'000 + static_cast<std::int64_t>(number)}, random);
}

::shipping::CustomerId ShippingWorld::customer() {
  SeededRandom random(7);
  return ::shipping::CustomerId::make({1'750'000'000'000'000}, random);
}

ShippingUnderTest shipping_in_process(Keeping keeping) {
  return {name_of(keeping), [keeping] {
            return std::make_unique<ShippingWorld>(keeping, [](::shipping::Shipping& module) {
              return bind_in_process(module, no_observer(), system_clock());
            });
          }};
}

}  // namespace banyan::contract
