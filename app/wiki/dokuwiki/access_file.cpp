// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/access_file.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace wiki::dokuwiki {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr int kRead = 1;

std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

bool lets_read(std::string_view level) {
  int read = 0;
  std::from_chars(level.data(), level.data() + level.size(), read);
  return read >= kRead;
}

std::optional<pages::AccessRule> rule_in(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const std::string_view scope = next_word(line);
  const std::string_view who = next_word(line);
  const std::string_view level = next_word(line);
  if (level.empty()) return std::nullopt;
  return pages::AccessRule{
      .scope = std::string(scope),
      .for_everybody = who == "@ALL",
      .may_read = lets_read(level),
      .scope_is_theirs = scope.contains("%USER%") || scope.contains("%GROUP%")};
}

}  // namespace

std::vector<pages::AccessRule> access_rules_in(std::string_view text) {
  std::vector<pages::AccessRule> rules;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto rule = rule_in(text.substr(0, end))) rules.push_back(*std::move(rule));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rules;
}

}  // namespace wiki::dokuwiki
