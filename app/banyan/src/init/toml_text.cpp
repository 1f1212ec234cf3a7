// SPDX-License-Identifier: Apache-2.0
#include "init/toml_text.hpp"

#include <algorithm>
#include <cstddef>

#include "banyan/json/utf8.hpp"
#include "banyan/kernel/json_text.hpp"

namespace banyan::cli::init {
namespace {

constexpr char kDelete = 0x7F;

bool is_blank(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == kDelete; }

}  // namespace

std::string toml_string(std::string_view text) {
  // A string of JSON is one of TOML, but for this character, which JSON takes as it is.
  std::string plain = json::repaired(text);
  std::ranges::replace(plain, kDelete, '?');
  return json_string(plain);
}

std::string toml_comment(std::string_view text) {
  constexpr std::size_t kLongest = 160;
  const std::string whole = json::repaired(text);
  std::string line;
  for (std::string_view rest = whole; !rest.empty();) {
    if (line.size() > kLongest) return line + " …";
    const std::string_view character = rest.substr(0, json::utf8_length(rest));
    if (!is_blank(rest.front())) {
      line += character;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
    rest.remove_prefix(character.size());
  }
  return line;
}

}  // namespace banyan::cli::init
