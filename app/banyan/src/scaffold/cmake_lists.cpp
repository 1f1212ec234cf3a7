// SPDX-License-Identifier: Apache-2.0
#include "scaffold/cmake_lists.hpp"

namespace banyan::cli::scaffold {
namespace {

/// Where the next occurrence outside of comments begins.
std::size_t find_code(std::string_view text, std::string_view what, std::size_t from = 0) {
  while (true) {
    const std::size_t found = text.find(what, from);
    if (found == std::string_view::npos) return found;
    const std::size_t line = text.rfind('\n', found) + 1;
    if (text.substr(line, found - line).find('#') == std::string_view::npos) return found;
    from = found + what.size();
  }
}

}  // namespace

std::string with_subdirectory(std::string_view text, std::string_view module) {
  const std::string line = "add_subdirectory(" + std::string(module) + ")\n";
  std::size_t last = std::string_view::npos;
  for (std::size_t at = find_code(text, "add_subdirectory("); at != std::string_view::npos;
       at = find_code(text, "add_subdirectory(", at + 1)) {
    last = at;
  }
  std::size_t place = text.size();
  if (last != std::string_view::npos) {
    place = std::min(text.find('\n', last), text.size() - 1) + 1;
  } else if (const std::size_t check = find_code(text, "banyan_check_modules(");
             check != std::string_view::npos) {
    place = check;
  }
  std::string before(text.substr(0, place));
  if (!before.empty() && before.back() != '\n') before += '\n';
  return before + line + std::string(text.substr(place));
}

std::optional<std::string> with_hosted_module(std::string_view text, std::string_view module) {
  const std::size_t call = find_code(text, "banyan_add_app(");
  if (call == std::string_view::npos ||
      find_code(text, "banyan_add_app(", call + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  constexpr std::string_view kModules = "MODULES";
  const std::size_t modules = find_code(text, kModules, call);
  if (modules == std::string_view::npos || modules > text.find(')', call)) return std::nullopt;
  const std::size_t place = modules + kModules.size();
  return std::string(text.substr(0, place)) + ' ' + std::string(module) +
         std::string(text.substr(place));
}

}  // namespace banyan::cli::scaffold
