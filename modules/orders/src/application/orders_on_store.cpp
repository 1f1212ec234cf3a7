// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "application/use_cases.hpp"

namespace orders {
namespace {

using banyan::Context;
using banyan::Environment;
using banyan::Result;

class OrdersOnStore final : public Orders {
 public:
  OrdersOnStore(std::unique_ptr<OrderStore> store, Needs needs, const Environment& environment,
                const SagaPolicy& policy)
      : environment_(environment),
        store_(std::move(store)),
        desk_{*store_, needs.catalog, needs.warehouse, environment_, policy},
        runner_(environment.scheduler.every(policy.poll_interval, [this] { run(); })) {}

  Result<OrderDetails> handle(const PlaceOrder& request, const Context& context) override {
    return place_order(desk_, request, context);
  }
  Result<OrderDetails> handle(const GetOrder& request, const Context& context) override {
    return get_order(desk_, request, context);
  }
  Result<OrderPage> handle(const ListOrders& request, const Context& context) override {
    return list_orders(desk_, request, context);
  }
  Result<OrderDetails> handle(const CancelOrder& request, const Context& context) override {
    return cancel_order(desk_, request, context);
  }
  Result<OrderDetails> handle(const ResumeOrder& request, const Context& context) override {
    return resume_order(desk_, request, context);
  }

 private:
  void run() {
    try {
      drive_due_sagas(desk_);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
      // The top of a thread: there is no caller to tell, and the next round tries again. What is
      // wrong with the database shows in the next request.
    }
  }

  Environment environment_;
  std::unique_ptr<OrderStore> store_;
  Desk desk_;
  std::unique_ptr<banyan::Scheduler::Handle> runner_;  // last: it stops first
};

}  // namespace

std::unique_ptr<Orders> make_orders_on(std::unique_ptr<OrderStore> store, Needs needs,
                                       const Environment& environment, const SagaPolicy& policy) {
  return std::make_unique<OrdersOnStore>(std::move(store), needs, environment, policy);
}

}  // namespace orders
