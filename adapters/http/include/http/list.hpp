// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace banyan::http {

/// Whether `holds` for one of the elements of a comma-separated value (RFC 9110 §5.6.1), empty ones
/// included; each without the blanks around it.
template <class Holds>
bool any_element(std::string_view list, const Holds& holds) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view element = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (element.starts_with(' ') || element.starts_with('\t')) element.remove_prefix(1);
    while (element.ends_with(' ') || element.ends_with('\t')) element.remove_suffix(1);
    if (holds(element)) return true;
  }
  return false;
}

}  // namespace banyan::http
