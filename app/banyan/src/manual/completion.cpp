// SPDX-License-Identifier: Apache-2.0
#include "manual/completion.hpp"

namespace banyan::cli::manual {

Values values_of(const Option& option) {
  if (!option.choices.empty()) return Values::Choices;
  if (option.value == "FILE") {
    return option.default_value.ends_with(".toml") ? Values::Configurations : Values::Files;
  }
  if (option.value == "FOLDER") return Values::Folders;
  if (option.value == "MODULE") return Values::Rollouts;
  return Values::Nothing;
}

std::string choices_in_words(const Option& option) {
  std::string words;
  for (const std::string& each : option.choices) words += (words.empty() ? "" : " ") + each;
  return words;
}

std::set<std::string> names_with_value(const std::vector<const Command*>& commands) {
  std::set<std::string> names;
  for (const Command* command : commands) {
    for (const Option& each : command->options) {
      if (!each.argument && !each.value.empty()) names.insert(each.names.begin(), each.names.end());
    }
  }
  return names;
}

}  // namespace banyan::cli::manual
