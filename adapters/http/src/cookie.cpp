// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/cookie.hpp"

#include <algorithm>
#include <cstddef>

#include "banyan/http/list.hpp"

namespace banyan::http {
namespace {

bool is_named(std::string_view pair, std::string_view name) {
  return pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=';
}

}  // namespace

std::string_view take_cookie(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(';'), rest.size());
  const std::string_view pair = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return pair;
}

std::string_view cookie(const Fields& fields, std::string_view name) {
  return cookie(fields, name, [](std::string_view value) { return !value.empty(); });
}

std::string_view cookie(const Fields& fields, std::string_view name,
                        bool (*counts)(std::string_view value)) {
  std::string_view found;
  fields.each("Cookie", [&](std::string_view rest) {
    while (found.empty() && !rest.empty()) {
      const std::string_view pair = take_cookie(rest);
      if (!is_named(pair, name)) continue;
      const std::string_view value = pair.substr(name.size() + 1);
      if (counts(value)) found = value;
    }
  });
  return found;
}

std::optional<std::string> without_cookie(std::string_view value, std::string_view name) {
  std::string kept;
  bool found = false;
  while (!value.empty()) {
    const std::string_view pair = take_cookie(value);
    if (is_named(pair, name)) {
      found = true;
    } else if (!pair.empty()) {
      if (!kept.empty()) kept += "; ";
      kept += pair;
    }
  }
  if (!found) return std::nullopt;
  return kept;
}

}  // namespace banyan::http
