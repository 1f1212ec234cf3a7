// SPDX-License-Identifier: Apache-2.0
#include "sticky_unit.hpp"

#include "http/cookie.hpp"

namespace banyan::host {

std::string unit_of(const http::RequestHead& head, const StickyUnit& unit) {
  switch (unit.source) {
    case StickyUnit::Source::Address: return {};
    case StickyUnit::Source::Header:
      return std::string(head.fields.find(unit.name).value_or(std::string_view{}));
    case StickyUnit::Source::Cookie: return std::string(http::cookie(head.fields, unit.name));
  }
  return {};
}

}  // namespace banyan::host
