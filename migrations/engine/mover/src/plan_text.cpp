// SPDX-License-Identifier: Apache-2.0
#include "plan_text.hpp"

#include <iterator>

#include "names.hpp"

namespace banyan::mover {

std::string end_of_plan(const std::vector<std::string>& notes,
                        const std::vector<Detail>& refusals) {
  std::string out;
  for (const std::string& note : notes) out += "  note: " + note + "\n";
  if (refusals.empty()) return out + "Nothing stands in the way.\n";
  out += "Refused, " + counted(std::ssize(refusals), "reason") + ":\n";
  for (const Detail& refusal : refusals) {
    out += "  " + refusal.where + ": " + refusal.problem + "\n";
  }
  return out;
}

}  // namespace banyan::mover
