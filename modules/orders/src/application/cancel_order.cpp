// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/use_cases.hpp"

namespace orders {
namespace {

using banyan::fail;
using banyan::Result;
using banyan::SagaInstance;

/// The order is past the point where its placing can be turned back.
Result<OrderEngine::Case> begin_cancelling(const UseCaseContext& use_case, OrdersWriting& orders,
                                           banyan::UnitOfWork& unit, const OrderWithSaga& found) {
  auto begun = use_case.sagas.begin<Cancelling>(orders, unit, found.order.data().id.str(),
                                                found.order, use_case.sagas.id_after(found.saga));
  if (!begun) return busy(found.order, *found.saga);
  return *std::move(begun);
}

Result<OrderEngine::Case> turn_back(const UseCaseContext& use_case, OrdersWriting& orders,
                                    banyan::UnitOfWork& unit, OrderWithSaga found) {
  if (found.saga->data().name != Placing::info.name) {
    if (found.saga->data().name != Cancelling::info.name) return busy(found.order, *found.saga);
    // To cancel again is to see how far it is, and on with it when nobody drives it.
    const auto is_due = [&](SagaInstance& saga) {
      return use_case.sagas.due(saga, unit.lease_now());
    };
    auto taken = use_case.sagas.interfere(orders, unit, found.order, *found.saga, is_due);
    return taken ? *std::move(taken) : case_of(std::move(found));
  }
  // Somebody else who drives it now will find that it goes the other way.
  auto turned =
      use_case.sagas.interfere(orders, unit, found.order, *found.saga, [](SagaInstance& saga) {
        return saga.turn_back(std::string(kByCustomer), std::nullopt) == SagaInstance::Turned::Back;
      });
  if (!turned) return busy(found.order, *found.saga);
  return *std::move(turned);
}

Result<OrderDetails> answer_with(const Order& order, const SagaInstance& saga) {
  const OrderState state = order.data().state;
  if (state != OrderState::Cancelled && !saga.open()) {
    return fail(banyan::ErrorCode::FailedPrecondition, "orders.already_shipped",
                "order " + order.data().id.str() + " is " + std::string(word_of(state)) +
                    "; it cannot be cancelled any more. Return it when it has arrived");
  }
  return details_of(order, saga);
}

}  // namespace

Result<OrderDetails> cancel_order(const UseCaseContext& use_case, const CancelOrder& request,
                                  const banyan::Context& context) {
  const auto cancel = [&] {
    return use_case.store.write(
        context, [&](OrdersWriting& orders, banyan::UnitOfWork& unit) -> Result<OrderEngine::Case> {
          adopt_old_saga(use_case.sagas, orders, unit, request.id, /*idle_only=*/false);
          std::optional<OrderWithSaga> found = orders.find(request.id);
          if (!found) return unknown_order(request.id);
          if (found->saga && found->saga->open()) {
            return turn_back(use_case, orders, unit, *std::move(found));
          }
          if (found->order.data().state == OrderState::Paid) {
            return begin_cancelling(use_case, orders, unit, *found);
          }
          return case_of(*std::move(found));
        });
  };
  Result<OrderEngine::Case> begun = cancel();
  if (!begun) return fail(std::move(begun.error()));
  auto driven = use_case.sagas.drive(*std::move(begun), context);
  // Sold before it could be turned back: then it is cancelled as what is paid is.
  const bool sold = driven.saga.data().name == Placing::info.name &&
                    driven.saga.data().status == banyan::SagaStatus::Done;
  if (sold && driven.state.data().state == OrderState::Paid) {
    begun = cancel();
    if (!begun) return fail(std::move(begun.error()));
    driven = use_case.sagas.drive(*std::move(begun), context);
  }
  return answer_with(driven.state, driven.saga);
}

}  // namespace orders
