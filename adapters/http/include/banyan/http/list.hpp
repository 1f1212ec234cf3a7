// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "banyan/http/fields.hpp"

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

/// The fields of one name as the one that they stand for (RFC 9110 §5.3), those that are empty left
/// out: "a=1", "" and "b=2, c=3" are "a=1, b=2, c=3".
inline std::string joined(const Fields& fields, SoughtName name) {
  std::string all;
  fields.each(name, [&](std::string_view value) {
    if (trimmed(value).empty()) return;
    if (!all.empty()) all += ", ";
    all += value;
  });
  return all;
}

}  // namespace banyan::http
