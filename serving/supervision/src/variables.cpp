// SPDX-License-Identifier: Apache-2.0
#include "variables.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace banyan::supervision {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
         std::ranges::all_of(text,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace

std::expected<std::string, std::string> expand(std::string_view text, const Variables& variables) {
  std::string expanded;
  while (true) {
    const std::size_t begin = text.find("${");
    if (begin == std::string_view::npos) return expanded.append(text);
    if (begin > 0 && text[begin - 1] == '$') {
      expanded.append(text.substr(0, begin - 1)).append("${");
      text.remove_prefix(begin + 2);
      continue;
    }
    const std::size_t end = text.find('}', begin);
    const std::string_view inside = text.substr(begin + 2, end - begin - 2);
    const std::size_t otherwise = inside.find(":-");
    const std::string_view name = inside.substr(0, otherwise);
    if (end == std::string_view::npos || !is_name(name)) {
      return std::unexpected("\"" + std::string(text.substr(begin)) +
                             "\" begins no variable; write ${NAME}, ${NAME:-otherwise}, or $${ for "
                             "a plain ${");
    }
    expanded.append(text.substr(0, begin));
    if (const auto value = variables(name); value && !value->empty()) {
      expanded += *value;
    } else if (otherwise != std::string_view::npos) {
      expanded.append(inside.substr(otherwise + 2));
    } else {
      return std::unexpected("the variable " + std::string(name) +
                             " is not set; set it, or write ${" + std::string(name) +
                             ":-OTHERWISE}");
    }
    text.remove_prefix(end + 1);
  }
}

Variables process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* const value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

}  // namespace banyan::supervision
