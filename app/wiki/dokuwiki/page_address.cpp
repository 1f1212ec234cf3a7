// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/page_address.hpp"

#include "banyan/binding/percent.hpp"

namespace wiki::dokuwiki {

std::optional<std::string> page_asked_for(std::string_view target) {
  if (target.contains('?')) return std::nullopt;
  auto name = banyan::binding::percent_decode(target.substr(target.rfind('/') + 1));
  if (!name) return std::nullopt;
  for (char& c : *name) {
    if (c == ' ') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

}  // namespace wiki::dokuwiki
