// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/event_types.hpp"

#include <charconv>

namespace banyan::events {

std::string type_name(std::string_view module, const EventInfo& info) {
  return std::string(module) + '.' + std::string(info.name) + ".v" + std::to_string(info.version);
}

std::optional<TypeName> parse_type_name(std::string_view name) {
  const auto module_end = name.find('.');
  const auto event_end = name.rfind(".v");
  if (module_end == std::string_view::npos || event_end == std::string_view::npos ||
      event_end <= module_end) {
    return std::nullopt;
  }
  TypeName parts{name.substr(0, module_end),
                 name.substr(module_end + 1, event_end - module_end - 1), 0};
  const std::string_view digits = name.substr(event_end + 2);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), parts.version);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return parts;
}

}  // namespace banyan::events
