// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/comparison/rules.hpp"
#include "banyan/json/shape.hpp"

namespace banyan::strangler {

/// A value's place in what is declared and what is described.
struct Place {
  const RuleNode* declared = nullptr;
  const json::Shape* described = nullptr;
  const Likeness* likeness = nullptr;
  bool form_only = false;  ///< it is in something of which only the form counts
  bool money = false;      ///< a field of Money, which is never a little more or less
};

/// How a value is compared, and who says so.
struct Resolved {
  FieldRule rule;
  bool undeclared = false;  ///< nobody: it is exact, unless it is found to be noise
  bool by_type = false;     ///< its type alone
};

Place root_place(const OperationRules& rules);
Place below(const Place& place, std::string_view key);
Place element_of(const Place& place);

/// To be called on the way down, before the value is looked at: from here on only the form counts.
void enter(Place& place);

Resolved resolve(const Place& place, Effect effect);

/// The step from an object to a member, for a path: "*" where keys are data.
std::string step_to(const Place& object, std::string_view key);

}  // namespace banyan::strangler
