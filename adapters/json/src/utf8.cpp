// SPDX-License-Identifier: Apache-2.0
#include "banyan/json/utf8.hpp"

namespace banyan::json {

std::optional<std::size_t> count_characters(std::string_view text) noexcept {
  std::size_t characters = 0;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
    ++characters;
  }
  return characters;
}

std::string repaired(std::string_view text) {
  std::string good;
  good.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      good += "\xEF\xBF\xBD";
    } else {
      good += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return good;
}

}  // namespace banyan::json
