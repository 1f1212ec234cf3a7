// SPDX-License-Identifier: Apache-2.0
#include "application/sagas/order_sagas.hpp"

#include "application/details.hpp"

template class banyan::SagaEngine<orders::OrderSagas>;

namespace orders {

std::optional<Order> OrderSagas::load(OrdersReading& orders, const std::string& subject) {
  return orders.order(OrderId::parse(subject).value());
}

void OrderSagas::save(OrdersWriting& orders, const Order& before, const Order& after,
                      banyan::Timestamp now) {
  if (after.data() == before.data()) return;
  orders.save(after);
  if (after.data().state != before.data().state) {
    orders.journal(after.data().id, after.data().state, now);
  }
}

void OrderSagas::ended(OrderEngine& engine, OrdersWriting& orders, banyan::UnitOfWork& unit,
                       const Order& order, const banyan::SagaRecord& saga) {
  if (saga.name != Placing::info.name) return;
  const banyan::SagaInstance placing(saga);
  unit.answer(answer_to_placing(order, placing));
  if (order.data().state == OrderState::Paid && saga.turned_back == kByCustomer) {
    engine.leave_to_the_runner<Cancelling>(orders, unit, saga.subject, engine.id_after(placing));
  }
}

OrderEngine::Case case_of(OrderWithSaga found) {
  banyan::SagaInstance saga = found.saga ? *std::move(found.saga) : banyan::SagaInstance::over();
  return {std::move(found.order), std::move(saga)};
}

banyan::SagaId placing_of(const OrderId& order) {
  const auto digits = std::string_view(order.str()).substr(OrderId::prefix.size());
  return banyan::SagaId::parse(std::string(banyan::SagaId::prefix).append(digits)).value();
}

}  // namespace orders
