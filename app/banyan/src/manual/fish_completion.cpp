// SPDX-License-Identifier: Apache-2.0
#include "manual/completion.hpp"

namespace banyan::cli::manual {
namespace {

/// In single quotes fish reads \\ and \' only.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char each : text) {
    if (each == '\'' || each == '\\') out += '\\';
    out += each;
  }
  return out + '\'';
}

/// "__banyan_in schema move": whether that command is being typed.
std::string condition(const Command& command) {
  std::string words;
  for (std::size_t i = 1; i < command.path.size(); ++i) words += ' ' + command.path[i];
  return quoted("__banyan_in" + words);
}

std::string values(const Option& option) {
  switch (values_of(option)) {
    case Values::Choices: return " -x -a " + quoted(choices_in_words(option));
    case Values::Files: return " -r -F";
    case Values::Configurations: return " -x -a '(__banyan_configurations)'";
    case Values::Folders: return " -x -a '(__fish_complete_directories)'";
    case Values::Rollouts: return " -x -a '(__banyan_rollouts)'";
    case Values::Nothing: break;
  }
  return " -x";
}

std::string option(const Option& each, const std::string& when) {
  std::string out = "complete -c banyan" + when;
  for (const std::string& name : each.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return out + (each.value.empty() ? "" : values(each)) + " -d " + quoted(brief(each)) + '\n';
}

}  // namespace

std::string fish_completion(const Command& root) {
  const std::vector<const Command*> all = all_commands(root);
  std::string paths, valued;
  for (const Command* each : all) {
    if (each->path.size() > 1) paths += ' ' + quoted(full_name(*each));
  }
  for (const std::string& each : names_with_value(all)) valued += ' ' + each;
  std::string out =
      "# Completion of banyan for fish, made by `banyan manual` from the command line itself.\n\n"
      "function __banyan_rollouts\n    " +
      std::string(kListRollouts) +
      "\nend\n\n"
      "# Not __fish_complete_suffix: that offers the other files, too, behind these.\n"
      "function __banyan_configurations\n"
      "    string match -r -- '.*(?:\\.toml|/)$' (complete -C \"'' \"(commandline -ct))\n"
      "end\n\n"
      "# Whether the command line so far is that of the command ARGUMENTS.\n"
      "function __banyan_in\n"
      "    set -l command banyan\n"
      "    set -l value\n"
      "    for word in (commandline -opc)[2..]\n"
      "        if set -q value[1]\n"
      "            set -e value[1]\n"
      "        else if contains -- $word" +
      valued +
      "\n"
      "            set value $word\n"
      "        else if contains -- \"$command $word\"" +
      paths +
      "\n"
      "            set command \"$command $word\"\n"
      "        end\n"
      "    end\n"
      "    test \"$command\" = (string join ' ' banyan $argv)\n"
      "end\n\n"
      "complete -c banyan -f\n"
      "complete -c banyan -l help -d 'Explain the command'\n";
  for (const Option& each : root.options) out += option(each, "");
  for (const Command* each : all) {
    const std::string when = " -n " + condition(*each);
    for (const Command& below : each->commands) {
      out += "complete -c banyan" + when + " -a " + below.path.back() + " -d " +
             quoted(brief(below)) + '\n';
    }
    for (const Option& of : each->options) {
      if (of.argument) {
        if (values_of(of) != Values::Nothing)
          out += "complete -c banyan" + when + values(of) + '\n';
      } else if (each->path.size() > 1) {
        out += option(of, when);
      }
    }
  }
  return out;
}

}  // namespace banyan::cli::manual
