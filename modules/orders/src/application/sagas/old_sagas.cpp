// SPDX-License-Identifier: Apache-2.0

// Sagas that orders kept itself, before the kit had an engine (tables order_sagas and
// order_saga_steps). Goes away with them, when no database of that version is left.
#include "application/sagas/order_sagas.hpp"

namespace orders {

using banyan::SagaPhase;
using banyan::SagaRecord;
using banyan::SagaStatus;
using banyan::StepState;

void adopt_old_saga(OrderEngine& engine, OrdersWriting& orders, banyan::UnitOfWork& unit,
                    const OrderId& id, bool idle_only) {
  std::optional<OldSaga> old = orders.take_old_saga(id, unit.lease_now(), idle_only);
  if (!old) return;
  SagaRecord saga = engine.fresh<PlacingV1>(unit, id.str(), placing_of(id));
  saga.correlation_id = std::move(old->correlation_id);
  saga.traceparent = std::move(old->traceparent);
  saga.problem = std::move(old->problem);
  saga.status = old->stuck ? SagaStatus::Stuck : SagaStatus::Active;
  if (old->reserved) {
    saga.steps.front().state = StepState::Done;
    saga.step = 1;
  }
  if (old->cancelling) {
    saga.phase = SagaPhase::Back;
    saga.turned_back = std::string(kByCustomer);
  }
  orders.sagas().add(banyan::SagaInstance(std::move(saga)));
}

void OrderSagas::before_round(OrderStore& store, OrderEngine& engine,
                              const banyan::Context& context) {
  constexpr std::int64_t kAtOnce = 32;
  const std::vector<OrderId> waiting =
      store.read(context, [](OrdersReading& orders, banyan::UnitOfWork& unit) {
        return orders.old_sagas(unit.lease_now(), kAtOnce);
      });
  if (waiting.empty()) return;
  // What cannot be written now is there in the next round.
  (void)store
      .write(context,
             [&](OrdersWriting& orders, banyan::UnitOfWork& unit) -> banyan::Result<void> {
               for (const OrderId& id : waiting) {
                 adopt_old_saga(engine, orders, unit, id, /*idle_only=*/true);
               }
               return {};
             })
      .has_value();
}

}  // namespace orders
