// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "application/order_store.hpp"

namespace banyan::sql {
class Session;
}

namespace orders {

/// Sagas of a version before the kit's engine, in order_sagas and order_saga_steps: nothing is
/// written there any more but that they are over. Both tables, and this, go away in a later
/// version.
class OldSagas {
 public:
  /// For one unit of work.
  explicit OldSagas(banyan::sql::Session& session) : session_(session) {}

  std::vector<OrderId> idle(const banyan::LeaseTime& now, std::int64_t limit);
  std::optional<OldSaga> take(const OrderId& id, const banyan::LeaseTime& now, bool idle_only);
  /// What is left of it, for people: it cannot be driven.
  std::optional<banyan::SagaInstance> shown(const OrderId& id);

 private:
  banyan::sql::Session& session_;
};

}  // namespace orders
