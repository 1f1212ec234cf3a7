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
  bool found = false;
  fields.each("Via", [&](std::string_view value) {
    // "1.1 name", perhaps among others, perhaps with a comment.
    for (std::size_t at = value.find(name); !found && at != std::string_view::npos;
         at = value.find(name, at + 1)) {
      const std::size_t after = at + name.size();
      const bool begins = at != 0 && value[at - 1] == ' ';
      const bool ends = after == value.size() || value[after] == ',' || value[after] == ' ' ||
                        value[after] == '\t';
      found = begins && ends;
    }
  });
  return found;
}

}  // namespace banyan::strangler
