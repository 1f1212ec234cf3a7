// SPDX-License-Identifier: Apache-2.0
#include "domain/page_name.hpp"

#include <algorithm>
#include <cstddef>

namespace pages {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool may_be_inside(char c) { return is_letter(c) || c == '.' || c == '-' || c == '_'; }

bool is_word(std::string_view word) {
  return !word.empty() && is_letter(word.front()) && is_letter(word.back()) &&
         std::ranges::all_of(word, may_be_inside) && !word.contains("__");
}

}  // namespace

std::optional<PageName> PageName::parse(std::string_view text) {
  std::string_view rest = text;
  while (true) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    if (!is_word(rest.substr(0, colon))) return std::nullopt;
    if (colon == rest.size()) return PageName(std::string(text));
    rest.remove_prefix(colon + 1);
  }
}

std::vector<std::string> PageName::scopes() const {
  std::vector<std::string> all = {text_};
  for (std::size_t colon = text_.rfind(':'); colon != std::string::npos;
       colon = colon == 0 ? std::string::npos : text_.rfind(':', colon - 1)) {
    all.push_back(text_.substr(0, colon) + ":*");
  }
  all.emplace_back("*");
  return all;
}

}  // namespace pages
