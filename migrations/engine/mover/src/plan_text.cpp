// SPDX-License-Identifier: Apache-2.0
#include "plan_text.hpp"

namespace banyan::mover {

std::string end_of_plan(const std::vector<std::string>& notes,
                        const std::vector<Detail>& refusals) {
  std::string out;
  for (const std::string& note : notes) out += "  note: " + note + "\n";
  if (refusals.empty()) return out + "Nothing stands in the way.\n";
  out += "Refused, " + std::to_string(refusals.size()) + " reason(s):\n";
  for (const Detail& refusal : refusals) {
    out += "  " + refusal.where + ": " + refusal.problem + "\n";
  }
  return out;
}

}  // namespace banyan::mover
