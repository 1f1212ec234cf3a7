// SPDX-License-Identifier: Apache-2.0
#include "domain/everybody.hpp"

#include <algorithm>

namespace pages {

bool everybody_may_read(const PageName& name, std::span<const AccessRule> rules) {
  const auto shuts_somebody_out_anywhere = [](const AccessRule& rule) {
    return rule.scope_is_theirs && !rule.may_read;
  };
  if (std::ranges::any_of(rules, shuts_somebody_out_anywhere)) return false;

  for (const std::string& scope : name.scopes()) {
    bool decided = false;
    bool somebody_is_out = false;
    for (const AccessRule& rule : rules) {
      if (rule.scope != scope || rule.scope_is_theirs) continue;
      // Of several rules of one scope the most generous counts.
      if (rule.for_everybody && rule.may_read) return true;
      decided = decided || rule.for_everybody;
      somebody_is_out = somebody_is_out || !rule.may_read;
    }
    if (decided || somebody_is_out) return false;
  }
  return false;
}

}  // namespace pages
