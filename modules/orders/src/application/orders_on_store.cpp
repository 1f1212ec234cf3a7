// SPDX-License-Identifier: Apache-2.0

#include "application/use_cases.hpp"

namespace orders {
namespace {

using banyan::Context;
using banyan::Environment;
using banyan::EventAnswer;
using banyan::EventContext;
using banyan::Result;

class OrdersOnStore final : public Module {
 public:
  OrdersOnStore(std::unique_ptr<OrderStore> store, Needs needs, const Environment& environment,
                const SagaPolicy& policy)
      : environment_(environment),
        store_(std::move(store)),
        sagas_(*store_, {&needs.warehouse, &needs.payments, &needs.shipping}, environment, policy),
        use_case_{*store_, needs.catalog, needs.customers, needs.shipping,
                  sagas_,  freshness_,    environment_},
        names_(*store_, needs.catalog, needs.customers, environment_) {
    sagas_.start();
    names_.start();
  }

  Result<OrderDetails> handle(const PlaceOrder& request, const Context& context) override {
    return place_order(use_case_, request, context);
  }
  Result<OrderDetails> handle(const GetOrder& request, const Context& context) override {
    return get_order(use_case_, request, context);
  }
  Result<OrderPage> handle(const ListOrders& request, const Context& context) override {
    return list_orders(use_case_, request, context);
  }
  Result<OrderDetails> handle(const CancelOrder& request, const Context& context) override {
    return cancel_order(use_case_, request, context);
  }
  Result<OrderDetails> handle(const ReturnOrder& request, const Context& context) override {
    return return_order(use_case_, request, context);
  }
  Result<OrderDetails> handle(const ResumeOrder& request, const Context& context) override {
    return resume_order(use_case_, request, context);
  }

  EventAnswer on(const shipping::ConsignmentDispatched& event, const EventContext& /*about*/,
                 const Context& context) override {
    return parcel_dispatched(use_case_, event, context);
  }
  EventAnswer on(const shipping::ConsignmentDelivered& event, const EventContext& /*about*/,
                 const Context& context) override {
    return parcel_delivered(use_case_, event, context);
  }
  EventAnswer on(const shipping::ConsignmentBroughtBack& event, const EventContext& /*about*/,
                 const Context& context) override {
    return parcel_brought_back(use_case_, event, context);
  }
  EventAnswer on(const shipping::ConsignmentSentOutAgain& event, const EventContext& /*about*/,
                 const Context& context) override {
    return parcel_sent_out_again(use_case_, event, context);
  }
  EventAnswer on(const shipping::ConsignmentReturned& event, const EventContext& /*about*/,
                 const Context& context) override {
    const EventAnswer answer = parcel_returned(use_case_, event, context);
    sagas_.poke();
    return answer;
  }

  Result<banyan::SagaRecord> order_saga(const banyan::SagaId& id, const banyan::SagaOrder& order,
                                        const Context& context) override {
    return sagas_.carry_out(id, order, context);
  }

  EventAnswer on(const customers::CustomerOpened& event, const EventContext& /*about*/,
                 const Context& context) override {
    return customer_opened(use_case_, event, context);
  }
  EventAnswer on(const customers::CustomerRenamed& event, const EventContext& /*about*/,
                 const Context& context) override {
    return customer_renamed(use_case_, event, context);
  }
  EventAnswer on(const customers::AccountClosed& event, const EventContext& /*about*/,
                 const Context& context) override {
    return account_closed(use_case_, event, context);
  }
  EventAnswer on(const catalog::TrackRetitled& event, const EventContext& /*about*/,
                 const Context& context) override {
    return track_retitled(use_case_, event, context);
  }

  banyan::ReadModelReport read_model(const Context& context) override {
    return names_report(use_case_, context);
  }
  Result<std::int64_t> rebuild_read_model(const banyan::Asked& asked,
                                          const Context& context) override {
    Result<std::int64_t> number = rebuild_names(use_case_, asked, context);
    names_.poke();
    return number;
  }
  Result<void> read_model_complete(const std::string& source, banyan::Timestamp until,
                                   const Context& context) override {
    return names_complete(use_case_, source, until, context);
  }

 private:
  Environment environment_;
  std::unique_ptr<OrderStore> store_;
  OrderEngine sagas_;
  NamesFreshness freshness_;
  UseCaseContext use_case_;
  NamesBuilder names_;
};

}  // namespace

std::unique_ptr<Module> make_orders_on(std::unique_ptr<OrderStore> store, Needs needs,
                                       const Environment& environment, const SagaPolicy& policy) {
  return std::make_unique<OrdersOnStore>(std::move(store), needs, environment, policy);
}

}  // namespace orders
