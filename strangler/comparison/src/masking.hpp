// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/comparison/comparator.hpp"
#include "banyan/comparison/rules.hpp"

namespace banyan::strangler {

/// What a text looks like, without what it says: "Aaa Aaaaaaaa 99" for "Ada Lovelace 36". Cut at 64
/// characters.
std::string form_of(std::string_view text);

/// Both are there or both are not, and neither is more than twice as long.
bool same_form(std::string_view left, std::string_view right);

/// A value of JSON, or the beginning of one, with every text in its form, and with every number of
/// seven digits and more, which may be a telephone's or an account's. Names of fields stay.
std::string mask_value(std::string_view raw);

/// A value that was found to differ, as mask_value() where it is one of JSON. A field of a header
/// and a body of any other kind are no JSON, and become their form.
std::string mask_value(const Difference& difference, std::string_view value);

/// A body: fields that are declared or described as open stay as they are, and so do enumerations;
/// all else as in mask_value(). What is no JSON becomes its form.
std::string mask_body(std::string_view body, const OperationRules& rules);

/// What stands for something that is hidden.
inline constexpr std::string_view kHiddenPart = "…";

/// A step of a target's path, or a name or a value of its query.
struct TargetPart {
  std::string_view before;  ///< "/", "?", "&" or "="
  std::string_view text;
  std::string name;  ///< for people: "{id} of the path", "q of the query"
  bool open;         ///< it is no personal data: see mask_target()
};
std::vector<TargetPart> target_parts(std::string_view target, std::string_view route,
                                     const OperationRules& rules);

struct MaskedTarget {
  std::string text;     ///< "/albums/aaa_99?q=aaa&page=2"
  std::string outline;  ///< "/albums/…?q=…&page=2"; "" when nothing is masked
};
/// The target of a request. Of the path what the route itself says stays ("/albums/{id}": the first
/// step), and of the query the names; all else is put in its form, however short it is: a customer
/// is found by "7" as well. What the port calls open stays, and so do numbers that say no more than
/// which part of a list is asked for (page, limit and the like).
MaskedTarget mask_target(std::string_view target, std::string_view route,
                         const OperationRules& rules);

}  // namespace banyan::strangler
