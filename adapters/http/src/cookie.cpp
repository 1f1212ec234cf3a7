// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/cookie.hpp"

#include <algorithm>

#include "banyan/http/list.hpp"

namespace banyan::http {

std::string_view cookie(const Fields& fields, std::string_view name) {
  std::string_view found;
  fields.each("Cookie", [&](std::string_view rest) {
    while (found.empty() && !rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
        found = pair.substr(name.size() + 1);
      }
    }
  });
  return found;
}

}  // namespace banyan::http
