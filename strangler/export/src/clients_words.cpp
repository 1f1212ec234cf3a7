// SPDX-License-Identifier: Apache-2.0
#include "clients_words.hpp"

#include <algorithm>

#include "banyan/forwarding/client_words_in_use.hpp"
#include "banyan/http/target_path.hpp"

namespace banyan::strangler {
namespace {

std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) text += c == '_' ? '-' : http::folded(c);
  return text;
}

bool covers(const std::string& pattern, const std::string& word) {
  if (!pattern.ends_with('*')) return pattern == word;
  return word.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
}

std::vector<std::string> all_of(const Configuration& configuration) {
  std::vector<std::string> all;
  for (const std::string_view each : client_words_in_use()) all.emplace_back(each);
  for (const std::string& each : configuration.drop_fields) {
    std::string word = plain(each);
    if (std::ranges::find(all, word) == all.end()) all.push_back(std::move(word));
  }
  return all;
}

}  // namespace

std::vector<std::string> clients_words(const Configuration& configuration) {
  std::vector<std::string> all = all_of(configuration);
  for (const std::string& each : configuration.pass_fields) {
    const std::string passing = plain(each);
    std::erase_if(all, [&](const std::string& word) { return covers(passing, word); });
  }
  return all;
}

std::vector<std::string> split_words(const Configuration& configuration) {
  std::vector<std::string> all;
  for (const std::string& word : clients_words(configuration)) {
    const bool split = std::ranges::any_of(configuration.pass_fields, [&](const std::string& each) {
      const std::string passing = plain(each);
      const std::string begin = passing.substr(0, passing.find('*'));
      return word.ends_with('*') && covers(word, begin);
    });
    if (split) all.push_back(word);
  }
  return all;
}

}  // namespace banyan::strangler
