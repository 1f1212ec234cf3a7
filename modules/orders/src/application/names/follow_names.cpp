// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace orders {
namespace {

using banyan::EventAnswer;
using banyan::Result;

/// Into the names that are served, and into those that a rebuild makes: what it has read already
/// may be older than this, and what it reads later may not replace it.
EventAnswer note(const UseCaseContext& use_case, const std::string& id,
                 const std::optional<std::string>& name, const banyan::Context& context) {
  return EventAnswer::of(use_case.store.write(context, [&](OrdersWriting& orders) -> Result<void> {
    NameRows& names = orders.names();
    const NameGenerations now = names.generations();
    if (now.served != 0) names.put(now.served, id, name);
    if (now.building != 0) names.put(now.building, id, name);
    return {};
  }));
}

}  // namespace

EventAnswer customer_opened(const UseCaseContext& use_case, const customers::CustomerOpened& event,
                            const banyan::Context& context) {
  return note(use_case, event.customer.str(), event.name, context);
}

EventAnswer customer_renamed(const UseCaseContext& use_case,
                             const customers::CustomerRenamed& event,
                             const banyan::Context& context) {
  return note(use_case, event.customer.str(), event.name, context);
}

EventAnswer account_closed(const UseCaseContext& use_case, const customers::AccountClosed& event,
                           const banyan::Context& context) {
  return note(use_case, event.customer.str(), std::nullopt, context);
}

EventAnswer track_retitled(const UseCaseContext& use_case, const catalog::TrackRetitled& event,
                           const banyan::Context& context) {
  return note(use_case, event.track.str(), event.title, context);
}

}  // namespace orders
