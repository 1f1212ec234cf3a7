// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/comparison/alias_map.hpp"
#include "banyan/comparison/rules.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"

namespace banyan::strangler {

/// An answer as it came, its body complete and without a content coding. Views only.
struct Answer {
  const http::ResponseHead& head;
  std::string_view body;
};

enum class DifferenceKind : std::uint8_t {
  Status,
  Header,
  Value,    ///< of the same type, and not the same by its rule
  Order,    ///< of a list: the same elements in another order
  Size,     ///< of a list
  Missing,  ///< the old side has it, the new one has not
  Extra,    ///< the other way round
  Type,     ///< a text where a number was; not what the rule takes
  Alias,    ///< an id that stands for another one already, or for none that is known
  Expired,  ///< it differs, and the last day on which that was ignored is over
  Bytes,    ///< of a body that is no JSON
};
std::string_view to_string(DifferenceKind kind);
inline constexpr std::size_t kDifferenceKinds = 11;

/// How far the two are apart, on one scale for all kinds: 0 is not at all; 1 … 44 numbers, times
/// and texts, each step twice as far; then form, order, size, presence, type. What the noise of a
/// field is judged by (see noise.hpp).
using Apart = std::uint8_t;
inline constexpr std::size_t kApartSteps = 64;

struct Difference {
  DifferenceKind kind;
  std::string path;       ///< see is_field_path(): keys that are data are "*"
  std::string old_value;  ///< as it stands in the answer, cut at 256 bytes; "" when there is none
  std::string new_value;
  std::string note;  ///< what the rule says: "more than 2s apart"; "" is nothing
  Apart apart = 1;
  bool declared = false;  ///< by a rule of the rollout or of the type: never taken for noise
  bool open = false;      ///< its texts are no personal data
};

struct Comparison {
  static constexpr std::size_t kMost = 64;

  bool same_bytes = false;
  std::vector<Difference> differences;  ///< by path, the furthest of each; at most kMost
  std::size_t folded = 0;               ///< further ones that have no entry of their own
  std::size_t ignored = 0;              ///< values that differ and are ignored
  /// What was learnt about generated ids; for the session, see SessionAliases.
  std::vector<std::pair<std::string, std::string>> aliases;

  bool same() const { return differences.empty(); }
};

/// Compares two answers to one request: status, the chosen header fields, and the body, JSON by its
/// types and anything else by its bytes. Equal bytes cost no more than looking at them; else both
/// texts are read once, side by side, and nothing is built of them. When the statuses differ
/// nothing else is said.
///
/// Generated ids: what the declaration of the rollout calls one may become an alias in any answer;
/// what is only described as an id (banyan::Id) is new in the answer to a command and nowhere else,
/// so that a read with a wrong id is found. `aliases`: what is known from before.
///
/// `today` is for what is ignored until a day. Safe for concurrent use; does not throw but for want
/// of memory.
Comparison compare(const Answer& old_answer, const Answer& new_answer, const OperationRules& rules,
                   const AliasMap& aliases, Timestamp today);

}  // namespace banyan::strangler
