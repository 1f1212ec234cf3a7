// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "banyan/json/shape.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/id.hpp"

namespace banyan::json {

/// Specialise it, with a `static constexpr TextForm form`, for a type that is a string on the wire
/// but not any string.
template <class T>
struct TextOf;

template <class T>
concept HasTextForm = requires { TextOf<T>::form; };

template <class Tag>
struct TextOf<Id<Tag>> {
  static constexpr TextForm form{
      [](std::string_view text, void* value) {
        auto id = Id<Tag>::parse(text);
        if (id) *static_cast<Id<Tag>*>(value) = std::move(*id);
        return id.has_value();
      },
      [](const void* value) { return static_cast<const Id<Tag>*>(value)->str(); },
      [] { return '^' + std::string(Id<Tag>::prefix) + "_[0-9a-f]{32}$"; },
      "",
      [] {
        return "an id: " + std::string(Id<Tag>::prefix) + "_ and 32 lower-case hexadecimal digits";
      },
      true};
};

template <>
struct TextOf<Timestamp> {
  static constexpr TextForm form{
      [](std::string_view text, void* value) {
        const auto time = timestamp_from(text);
        if (time) *static_cast<Timestamp*>(value) = *time;
        return time.has_value();
      },
      [](const void* value) { return to_string(*static_cast<const Timestamp*>(value)); },
      // RFC 3339 also knows offsets; here everything is in UTC.
      [] { return std::string(R"(^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$)"); },
      "date-time", [] { return std::string("a time in UTC like \"2026-11-22T08:30:00Z\""); }};
};

/// The currency of Money: three capital letters (ISO 4217).
const Shape& currency_shape();

}  // namespace banyan::json
