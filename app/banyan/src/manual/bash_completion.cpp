// SPDX-License-Identifier: Apache-2.0
#include "manual/completion.hpp"

namespace banyan::cli::manual {
namespace {

/// What completes a value, as a line of the script; "" when nothing does.
std::string action(const Option& option) {
  switch (values_of(option)) {
    case Values::Choices: return "_banyan_words \"" + choices_in_words(option) + '"';
    case Values::Files: return "_banyan_files -f";
    case Values::Configurations: return "_banyan_toml";
    case Values::Folders: return "_banyan_files -d";
    case Values::Rollouts: return "_banyan_words \"$(_banyan_rollouts)\"";
    case Values::Nothing: break;
  }
  return ":";
}

std::string names(const Command& command) {
  std::string words;
  for (const Option& each : command.options) {
    if (each.argument) continue;
    for (const std::string& name : each.names) words += ' ' + name;
  }
  return words;
}

std::string value_cases(const Command& command, bool everywhere) {
  std::string out;
  for (const Option& each : command.options) {
    if (each.argument || each.value.empty()) continue;
    std::string patterns;
    for (const std::string& name : each.names) {
      patterns += (patterns.empty() ? "" : " | ") +
                  (everywhere ? "*\":" : '"' + full_name(command) + ':') + name + '"';
    }
    out += "    " + patterns + ") " + action(each) + "; return ;;\n";
  }
  return out;
}

std::string word_case(const Command& command) {
  std::string commands;
  for (const Command& each : command.commands) {
    commands += (commands.empty() ? "" : " ") + each.path.back();
  }
  const std::string at = "    \"" + full_name(command) + ':';
  std::string out;
  if (!commands.empty()) out += at + "0\") _banyan_words \"" + commands + "\" ;;\n";
  int place = 0;
  for (const Option& each : command.options) {
    if (!each.argument) continue;
    if (values_of(each) != Values::Nothing) {
      out += at + std::to_string(place) + "\") " + action(each) + " ;;\n";
    }
    ++place;
  }
  return out;
}

}  // namespace

std::string bash_completion(const Command& root) {
  const std::vector<const Command*> all = all_commands(root);
  std::string paths, options, values, words;
  for (const Command* each : all) {
    if (each->path.size() > 1)
      paths += (paths.empty() ? "" : " | ") + ('"' + full_name(*each) + '"');
    options += "      \"" + full_name(*each) + "\") options+=\"" + names(*each) + "\" ;;\n";
    if (each->path.size() > 1) values += value_cases(*each, false);
    words += word_case(*each);
  }
  values += value_cases(root, true);
  std::string valued;
  for (const std::string& each : names_with_value(all))
    valued += (valued.empty() ? "" : " | ") + each;
  return R"(# Completion of banyan for bash, made by `banyan manual` from the command line itself.

_banyan_rollouts() {
  )" + std::string(kListRollouts) +
         R"(
}

_banyan_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }

_banyan_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
}

_banyan_toml() {
  compopt -o filenames -o plusdirs 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -X '!*.toml' -- "$word")
}

_banyan() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command=banyan place=0 options="--help" i
  COMPREPLY=()
  # Which command it is, and how many arguments it has so far.
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$command ${COMP_WORDS[i]}" in
      )" +
         paths +
         R"() command+=" ${COMP_WORDS[i]}"; place=0; continue ;;
    esac
    case "${COMP_WORDS[i]}" in
      )" +
         valued +
         R"() ((++i)) ;;
      -*) ;;
      *) ((++place)) ;;
    esac
  done
  case "$command:$before" in
)" + values +
         R"(  esac
  if [[ $word = -* ]]; then
    case "$command" in
)" + options +
         R"(    esac
    [ "$command" = banyan ] || options+=")" +
         names(root) + R"("
    _banyan_words "$options"
    return
  fi
  case "$command:$place" in
)" + words +
         R"(  esac
}

complete -F _banyan banyan
)";
}

}  // namespace banyan::cli::manual
