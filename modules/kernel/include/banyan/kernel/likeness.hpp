// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace banyan {

/// When two values of a field count as the same, where two versions of a service answer the same
/// request and their answers are compared.
enum class Alike : std::uint8_t {
  Exact,      ///< the same value
  Near,       ///< numbers or times that are not further apart than is said
  Generated,  ///< ids that each side makes for itself: always the same one for the same thing
  AnyOrder,   ///< a list whose order says nothing
  SameForm,   ///< text that nobody looks into, such as a cursor: there, and of about that length
};

/// How a field is compared beyond what its type says (an id, a time and money know it themselves).
/// A described type lists it beside its fields:
///
///     struct AlbumPage {
///       std::vector<AlbumSummary> albums;
///       std::optional<std::string> next_cursor;
///       static constexpr std::array likeness{
///           Likeness{.field = "albums", .as = Alike::AnyOrder, .key = "id"},
///           Likeness{.field = "next_cursor", .as = Alike::SameForm}};
///     };
///
/// What nobody describes or declares is compared exactly.
struct Likeness {
  std::string_view field;
  Alike as = Alike::Exact;
  double within = 0;            ///< Near, of numbers
  std::int64_t within_ms = 0;   ///< Near, of times
  std::string_view key{};       ///< AnyOrder: the field that tells elements apart; "" is all of it
  bool open_to_people = false;  ///< its texts are no personal data: examples show them as they are
};

}  // namespace banyan
