// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/price_lines.hpp"
#include "application/terms_of.hpp"
#include "application/use_cases.hpp"
#include "banyan/kernel/idempotency.hpp"

namespace orders {
namespace {

using banyan::Context;
using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;
using banyan::UnitOfWork;

/// What there is already.
struct Before {
  std::optional<OrderWithSaga>
      under_key;  ///< placed under a key that the kit's ledger knows nothing of, or no longer
  std::optional<OrderId> newest;
};

/// As the ledger tells callers apart; without one, as it would.
OrderKey key_of(const PlaceOrder& request, const Context& context) {
  const std::string& key = context.idempotency_key.value();
  if (context.command) return {context.command->key().caller, key};
  if (!context.principal.empty()) return {context.principal, key};
  return {std::string(kForCustomer) + request.customer.str(), key};
}

Before look(const UseCaseContext& use_case, const OrderKey& key, const Context& context) {
  return use_case.store.read(context, [&](OrdersReading& orders) {
    Before before{{}, orders.newest()};
    const auto id = orders.placed_under(key);
    if (id) before.under_key = orders.find(*id);
    return before;
  });
}

/// Money has to change hands, as much as payments take at once: what is not so would be placed,
/// held, and then cancelled.
Result<void> check_payable(const Order& order) {
  const banyan::Money& total = order.data().total;
  if (total.minor_units < payments::kLeastAmount) {
    return fail(ErrorCode::InvalidArgument, "orders.bad_lines",
                "the order would cost " + to_string(total) + "; order something that costs",
                {{"/lines", "cost nothing"}});
  }
  if (total.minor_units > payments::kMostAmount) {
    return fail(ErrorCode::InvalidArgument, "orders.bad_quantity",
                "the order would cost " + to_string(total) +
                    "; the most that can be paid at once is " +
                    to_string(banyan::Money{payments::kMostAmount, total.currency}),
                {{"/lines", "the total is too large"}});
  }
  return {};
}

/// An order that exists: how far it is now, and on with it when nobody drives it.
Result<OrderDetails> go_on_with(const UseCaseContext& use_case, const OrderId& id,
                                const Context& context) {
  const auto [placed, due] =
      use_case.store.read(context, [&](OrdersReading& orders, UnitOfWork& unit) {
        const OrderWithSaga found = orders.find(id).value();
        return std::pair(found, found.saga && use_case.sagas.due(*found.saga, unit.lease_now()));
      });
  if (!due) return answer_to_placing(placed.order, placed.saga);
  const auto driven = use_case.sagas.drive_if_due(placed.saga->data().id, context);
  if (!driven || !*driven) return answer_to_placing(placed.order, placed.saga);
  return answer_to_placing((*driven)->state, (*driven)->saga);
}

/// The same order, or a mistake.
Result<OrderDetails> answer_again(const UseCaseContext& use_case, const OrderWithSaga& placed,
                                  const PlaceOrder& request, const Context& context) {
  if (placed.order.is_for(request)) return go_on_with(use_case, placed.order.data().id, context);
  return fail(ErrorCode::Conflict, "orders.key_reused",
              "another order was placed under this idempotency key; give each its own");
}

}  // namespace

Result<OrderDetails> place_order(const UseCaseContext& use_case, const PlaceOrder& request,
                                 const Context& context) {
  if (Result<void> checked = check_lines(request.lines); !checked) return fail(checked.error());
  if (const auto accepted = banyan::accepted_earlier<OrderDetails>(context)) {
    return go_on_with(use_case, accepted->id, context);
  }
  const OrderKey key = key_of(request, context);
  const Before before = look(use_case, key, context);
  if (before.under_key) return answer_again(use_case, *before.under_key, request, context);
  const Result<payments::Method> method = method_of(request);
  if (!method) return fail(method.error());
  Result<Order::Terms> terms = terms_of(use_case.customers, request, *method, context);
  if (!terms) return fail(std::move(terms.error()));
  Result<std::vector<OrderLine>> lines = price_lines(use_case.catalog, request.lines, context);
  if (!lines) return fail(std::move(lines.error()));
  if (Result<void> same = check_prices_seen(request.lines, *lines); !same) {
    return fail(std::move(same.error()));
  }
  const banyan::Timestamp now = use_case.now();
  Result<Order> order =
      Order::place(OrderId::make_after(before.newest, now, use_case.environment.random),
                   request.customer, *std::move(lines), *std::move(terms), now);
  if (!order) return fail(std::move(order.error()));
  if (Result<void> payable = check_payable(*order); !payable) return fail(payable.error());

  Result<OrderEngine::Case> begun = use_case.store.write(
      context, [&](OrdersWriting& orders, UnitOfWork& unit) -> Result<OrderEngine::Case> {
        const OrderId& id = order->data().id;
        orders.add(*order);
        orders.keep(key, id, now);
        orders.journal(id, OrderState::Placed, now);
        auto saga = use_case.sagas.begin<Placing>(orders, unit, id.str(), *order, placing_of(id));
        unit.accept(details_of(*order, saga->saga));
        return *std::move(saga);
      });
  if (!begun) return fail(std::move(begun.error()));
  // From here on the order exists, whatever happens to this process, and that is the answer.
  const auto driven = use_case.sagas.drive(*std::move(begun), context);
  return answer_to_placing(driven.state, driven.saga);
}

}  // namespace orders
