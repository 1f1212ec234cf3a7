// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include <algorithm>

namespace banyan::mover {
namespace {

std::string wrapped(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

}  // namespace

std::string identifier(std::string_view name) { return wrapped(name, '"'); }

std::string text_literal(std::string_view text) { return wrapped(text, '\''); }

std::string folded(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool same_name(std::string_view a, std::string_view b) { return folded(a) == folded(b); }

bool contains_name(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& each) { return same_name(each, name); });
}

bool is_kit_table(std::string_view name) {
  const std::string lower = folded(name);
  return lower.starts_with("banyan_") || lower.starts_with("sqlite_");
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  const std::string words(number == 1 || many.empty() ? one : many);
  return std::to_string(number) + ' ' + words + (number != 1 && many.empty() ? "s" : "");
}

}  // namespace banyan::mover
