// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/events/event_types.hpp"
#include "banyan/json/shape_of.hpp"

/// Includes Boost.Describe: for generated files.
namespace banyan::events {
namespace detail {

constexpr bool has_field(const json::Shape& shape, std::string_view name) {
  for (const json::Field& field : shape.fields) {
    if (field.name == name) return true;
  }
  return false;
}

template <IsEvent E>
constexpr EventType type_of() {
  static_assert(!E::event.key.empty(),
                "an event is about something: name the field that says about what as .key of its "
                "EventInfo");
  static_assert(has_field(json::shape_of<E>(), E::event.key),
                ".key of the EventInfo names no field of the event");
  return {&E::event, typeid(E), &json::shape_of<E>()};
}

}  // namespace detail

template <class List>
std::vector<EventType> types_of() {
  std::vector<EventType> types;
  for_each_event(List{}, [&]<class E>() { types.push_back(detail::type_of<E>()); });
  return types;
}

}  // namespace banyan::events
