// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "banyan/kernel/event.hpp"

namespace banyan::json {
struct Shape;
}

namespace banyan::events {

/// A type of event that a module publishes, as it is written down.
struct EventType {
  const EventInfo* info;
  std::type_index type;
  const json::Shape* shape;
};

/// "payments.payment_captured.v1"
std::string type_name(std::string_view module, const EventInfo& info);

/// The three parts of such a name. Nothing when it is none.
struct TypeName {
  std::string_view module, event;
  unsigned version = 0;
};
std::optional<TypeName> parse_type_name(std::string_view name);

/// What a module follows, one event each.
struct Subscription {
  std::string_view source;  ///< the module that publishes it
  const EventInfo* info;

  /// Reads `data` (JSON of version `version` of the event) and calls the subscriber, a
  /// `Subscriptions*` of the module. Later "banyan.unknown_event_version" for a version that this
  /// program does not know yet, Refused "banyan.unreadable_event" for data that is none.
  EventAnswer (*handle)(void* subscriber, unsigned version, std::string_view data,
                        const EventContext& about, const Context& context);
};

}  // namespace banyan::events
