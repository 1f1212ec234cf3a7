// SPDX-License-Identifier: Apache-2.0
#include "sticky_unit.hpp"

#include <algorithm>

namespace banyan::host {
namespace {

// The value of a cookie in one Cookie field: "a=1; b=2" (RFC 6265 §4.2.1).
std::string_view cookie(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const std::size_t end = std::min(field.find(';'), field.size());
    std::string_view pair = field.substr(0, end);
    field.remove_prefix(std::min(end + 1, field.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace

std::string unit_of(const http::RequestHead& head, const StickyUnit& unit) {
  switch (unit.source) {
    case StickyUnit::Source::Address: return {};
    case StickyUnit::Source::Header:
      return std::string(head.fields.find(unit.name).value_or(std::string_view{}));
    case StickyUnit::Source::Cookie:
      for (const http::Fields::Field field : head.fields) {
        if (!field.is("Cookie")) continue;
        const std::string_view found = cookie(field.value, unit.name);
        if (!found.empty()) return std::string(found);
      }
      return {};
  }
  return {};
}

}  // namespace banyan::host
