// SPDX-License-Identifier: Apache-2.0
#include "application/shipping_on_store.hpp"

#include "application/attend.hpp"

namespace shipping {
namespace {

using banyan::Context;
using banyan::Environment;
using banyan::EventAnswer;
using banyan::EventContext;
using banyan::Result;

class ShippingOnStore final : public Module {
 public:
  ShippingOnStore(std::unique_ptr<ShippingStore> store, Needs needs, const Environment& environment,
                  const CarrierPolicy& policy)
      : environment_(environment),
        store_(std::move(store)),
        pause_(environment_.clock, policy),
        use_case_{*store_, needs.customers, needs.carrier, pause_, environment_, policy},
        runner_(
            environment.scheduler.every(policy.poll_interval, [this] { attend_all(use_case_); })) {}

  Result<ConsignmentDetails> handle(const GetConsignment& request,
                                    const Context& context) override {
    return get_consignment(use_case_, request, context);
  }
  Result<OverduePage> handle(const ListOverdueConsignments& request,
                             const Context& context) override {
    return list_overdue_consignments(use_case_, request, context);
  }
  Result<ConsignmentProblem> handle(const GetProblem& request, const Context& context) override {
    return get_problem(use_case_, request, context);
  }
  Result<ConsignmentDetails> handle(const SeeToProblem& request, const Context& context) override {
    return see_to_problem(use_case_, request, context);
  }
  Result<ConsignmentDetails> handle(const CancelConsignment& request,
                                    const Context& context) override {
    return cancel_consignment(use_case_, request, context);
  }
  Result<ConsignmentDetails> handle(const AnnounceReturn& request,
                                    const Context& context) override {
    return waking(announce_return(use_case_, request, context));
  }
  Result<ConsignmentDetails> handle(const RefreshTracking& request,
                                    const Context& context) override {
    return waking(refresh_tracking(use_case_, request, context));
  }

  EventAnswer on(const payments::PaymentCaptured& event, const EventContext& /*about*/,
                 const Context& context) override {
    return EventAnswer::of(waking(begin_consignment(use_case_, event, context)));
  }

 private:
  /// There is something to ask the carrier.
  template <class T>
  Result<T> waking(Result<T> result) {
    if (result) runner_->wake();
    return result;
  }

  Environment environment_;
  std::unique_ptr<ShippingStore> store_;
  CarrierPause pause_;
  UseCaseContext use_case_;
  std::unique_ptr<banyan::Scheduler::Handle> runner_;  // last: it stops first
};

}  // namespace

std::unique_ptr<Module> make_shipping_on(std::unique_ptr<ShippingStore> store, Needs needs,
                                         const Environment& environment,
                                         const CarrierPolicy& policy) {
  return std::make_unique<ShippingOnStore>(std::move(store), needs, environment, policy);
}

}  // namespace shipping
