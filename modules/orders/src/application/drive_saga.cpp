// SPDX-License-Identifier: Apache-2.0
#include "application/drive_saga.hpp"

#include <algorithm>

#include "application/ask_warehouse.hpp"
#include "application/details.hpp"

namespace orders {
namespace {

using banyan::Context;
using banyan::Result;
using banyan::UnitOfWork;

/// A call gets half of the time that is left at most, so that some remains for writing it down.
Context for_one_call(const Desk& desk, const Context& context) {
  const banyan::Clock& clock = desk.environment.clock;
  return context.within(std::min(desk.policy.call_budget, context.remaining(clock) / 2), clock);
}

/// Writes down what came of an attempt, unless somebody else has the lease by now. With the last
/// one it is known what the order's placing answers, if this is that.
Result<Case> record(const Desk& desk, const OrderId& id, const std::string& holder,
                    const Attempt& attempt, const Context& context) {
  const banyan::Timestamp now = desk.now();
  const std::uint64_t jitter = desk.environment.random.next();
  return desk.store.write(context, [&](OrdersWriting& orders, UnitOfWork& unit) -> Result<Case> {
    Case current = orders.find(id).value();
    if (!current.saga.leased_to(holder)) return current;
    const OrderState before = current.order.data().state;
    const Saga::Moment moment{now, unit.lease_now()};
    current.saga.take(attempt, current.order, moment, desk.policy, jitter);
    if (current.saga.leased_to(holder)) current.saga.lease(holder, moment.lease, desk.policy);
    orders.save(current);
    if (current.order.data().state != before) {
      orders.journal(id, current.order.data().state, now);
    }
    if (current.saga.data().status == Saga::Status::Done) unit.answer(answer_to_placing(current));
    return current;
  });
}

}  // namespace

std::string new_lease_holder(const Desk& desk) {
  return banyan::make_uuid7(desk.now(), desk.environment.random);
}

Case drive_saga(const Desk& desk, Case started, const std::string& holder, const Context& context) {
  Case current = std::move(started);
  while (current.saga.leased_to(holder)) {
    const std::optional<Saga::Call> call = current.saga.next();
    if (!call) break;
    const Attempt attempt =
        ask_warehouse(desk.warehouse, current.order, *call, for_one_call(desk, context));
    Result<Case> recorded = record(desk, current.order.data().id, holder, attempt, context);
    if (!recorded) break;
    current = *std::move(recorded);
  }
  return current;
}

Result<std::optional<Case>> claim_and_drive(const Desk& desk, const OrderId& id,
                                            const Context& context) {
  const std::string holder = new_lease_holder(desk);
  Result<std::optional<Case>> claimed = desk.store.write(
      context, [&](OrdersWriting& orders, UnitOfWork& unit) -> Result<std::optional<Case>> {
        std::optional<Case> found = orders.find(id);
        const banyan::LeaseTime now = unit.lease_now();
        if (!found || !found->saga.due(now, desk.policy) ||
            !found->saga.lease(holder, now, desk.policy)) {
          return std::optional<Case>();
        }
        orders.save(*found);
        return found;
      });
  if (!claimed || !*claimed) return claimed;
  return std::optional<Case>(drive_saga(desk, **std::move(claimed), holder, context));
}

void drive_due_sagas(const Desk& desk) {
  const banyan::Environment& with = desk.environment;
  const auto budget = 3 * desk.policy.call_budget;
  const std::vector<OrderId> due = desk.store.read(
      Context::begin(budget, with.clock, with.random),
      [&](OrdersReading& orders, UnitOfWork& unit) {
        return orders.due(unit.lease_now(), desk.policy.longest_wait(), desk.policy.batch);
      });
  for (const OrderId& id : due) {
    Context context = Context::begin(budget, with.clock, with.random);
    const std::optional<Case> found =
        desk.store.read(context, [&](OrdersReading& orders) { return orders.find(id); });
    if (!found) continue;
    context.correlation_id = found->saga.data().correlation_id;
    context.routing_unit = found->order.data().customer.str();
    // What cannot be written down now is due again later: the lease runs out.
    const auto driven = claim_and_drive(desk, id, context);
    if (!driven) return;
    // The warehouse did not answer this one; do not let all the others wait for it in turn.
    if (*driven && (*driven)->saga.next()) return;
  }
}

}  // namespace orders
