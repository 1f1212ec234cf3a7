// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "banyan/events/module_events.hpp"
#include "banyan/events/receiver.hpp"
#include "banyan/sql/database.hpp"
#include "unit/events/events_world.hpp"

/// The lighthouse keeper: a second module that follows the lamps.
namespace keeper {

struct Subscriptions : banyan::Subscriber<lamps::LampLit> {};

}  // namespace keeper

namespace banyan::test {

/// Writes into its own table what was lit, on the database of the lamps and the lighthouse.
class Keeper final : private keeper::Subscriptions {
 public:
  static const std::vector<std::string>& tables();

  /// Makes its table when that is missing. `world` must outlive it, and be on a database. `mood` is
  /// what it says to an event before it does anything; empty: it goes on.
  explicit Keeper(EventsWorld& world, EventsWorld::Mood mood = {});

  const events::Receiver& receiver() const { return *receiver_; }
  /// In the order of their handling.
  std::vector<Seen> seen();

 private:
  EventAnswer on(const lamps::LampLit& event, const EventContext& about,
                 const Context& context) override;

  const EventsWorld::Mood mood_;
  sql::ModuleDatabase database_;
  std::shared_ptr<events::ModuleEvents> events_;
  std::optional<events::Receiver> receiver_;
};

}  // namespace banyan::test
