// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace banyan {

/// What a field may hold beyond its type: the value of a number, the characters of a text, the
/// items of a list. Both ends are included. A described type lists them beside its fields, and
/// the wire refuses what lies outside and publishes them in the schema:
///
///     struct LineRequest {
///       catalog::TrackId track;
///       std::int32_t quantity = 1;
///       static constexpr std::array limits{Limit{.field = "quantity", .min = 1, .max = 1000}};
///     };
///
/// They keep nonsense out and promise nothing to the domain, which checks its own rules.
struct Limit {
  std::string_view field;
  std::optional<std::int64_t> min{};
  std::optional<std::int64_t> max{};
  /// What an optional number is taken for when it is not there; published, nothing more.
  std::optional<std::int64_t> usual{};
  /// Published only: the module refuses what lies outside itself, with a rule of its own.
  bool refused_by_module = false;
};

}  // namespace banyan
