// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace banyan::http {

/// Without the blanks and tabs around it (OWS, RFC 9110 §5.6.3).
constexpr std::string_view trimmed(std::string_view text) noexcept {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Whether `holds` for one of the elements of a comma-separated value (RFC 9110 §5.6.1), empty ones
/// included; each without the blanks around it.
template <class Holds>
bool any_element(std::string_view list, const Holds& holds) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view element = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (holds(element)) return true;
  }
  return false;
}

}  // namespace banyan::http
