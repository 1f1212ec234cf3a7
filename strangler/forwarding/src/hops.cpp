// SPDX-License-Identifier: Apache-2.0
#include "hops.hpp"

#include <charconv>
#include <system_error>

namespace banyan::strangler {

bool counts_forwards(std::string_view method) { return method == "OPTIONS" || method == "TRACE"; }

std::optional<std::uint64_t> forwards_left(const http::Fields& fields) {
  const auto text = fields.find("Max-Forwards");
  if (!text) return std::nullopt;
  std::uint64_t left = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), left);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return left;
}

bool has_been_at(const http::Fields& fields, std::string_view name) {
  for (const auto field : fields) {
    if (!http::equals_ignoring_case(field.name, "Via")) continue;
    // "1.1 name", perhaps among others, perhaps with a comment.
    for (std::size_t at = field.value.find(name); at != std::string_view::npos;
         at = field.value.find(name, at + 1)) {
      const std::size_t after = at + name.size();
      const bool begins = at != 0 && field.value[at - 1] == ' ';
      const bool ends = after == field.value.size() || field.value[after] == ',' ||
                        field.value[after] == ' ' || field.value[after] == '\t';
      if (begins && ends) return true;
    }
  }
  return false;
}

}  // namespace banyan::strangler
