// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/suggestion.hpp"

#include "banyan/kernel/nearest.hpp"

namespace banyan::strangler {

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  if (const auto meant = nearest(word, known))
    return " Did you mean \"" + std::string(*meant) + "\"?";
  if (known.empty()) return "";
  std::string text = " Known: ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i > 0) text += ", ";
    text += known[i];
  }
  return text + '.';
}

}  // namespace banyan::strangler
