// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/random.hpp"

namespace banyan {

/// A UUIDv7 (RFC 9562 §5.7) as 32 hexadecimal digits: sorts by time, cannot be guessed.
std::string make_uuid7(Timestamp now, Random& random);

/// The same, but sorts after `previous` (another one's digits) whatever the time of day says: the
/// 60 bits before the random ones then count on from it (RFC 9562 §6.2).
std::string make_uuid7_after(std::string_view previous, Timestamp now, Random& random);

/// Is `text` the prefix, an underscore and 32 lower-case hexadecimal digits?
bool is_id(std::string_view prefix, std::string_view text);

/// The identity of one kind of thing, e.g. "ord_018f3c…". Ids of different kinds are different
/// types and cannot be mixed up. A default-constructed id names nothing.
///
///     struct OrderTag { static constexpr std::string_view prefix = "ord"; };
///     using OrderId = banyan::Id<OrderTag>;
template <class Tag>
class Id {
 public:
  using TagType = Tag;
  static constexpr std::string_view prefix = Tag::prefix;

  Id() = default;

  static Id make(Timestamp now, Random& random) {
    return Id(std::string(prefix) + '_' + make_uuid7(now, random));
  }

  /// For what is listed in the order of its making: sorts after `newest`, the largest so far, also
  /// when the clock was put back.
  static Id make_after(const std::optional<Id>& newest, Timestamp now, Random& random) {
    if (!newest) return make(now, random);
    const auto digits = std::string_view(newest->text_).substr(prefix.size() + 1);
    return Id(std::string(prefix) + '_' + make_uuid7_after(digits, now, random));
  }

  /// Nothing when `text` is not an id of this kind.
  static std::optional<Id> parse(std::string_view text) {
    if (!is_id(prefix, text)) return std::nullopt;
    return Id(std::string(text));
  }

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

template <class T>
inline constexpr bool is_id_type = false;
template <class Tag>
inline constexpr bool is_id_type<Id<Tag>> = true;

}  // namespace banyan

template <class Tag>
struct std::hash<banyan::Id<Tag>> {
  std::size_t operator()(const banyan::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
