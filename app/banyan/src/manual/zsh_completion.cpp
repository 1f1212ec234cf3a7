// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/single_quoted.hpp"
#include "manual/completion.hpp"

namespace banyan::cli::manual {
namespace {

/// Inside "[…]" of _arguments.
std::string explanation(std::string_view text) {
  std::string out;
  for (const char each : text) {
    if (each == '[' || each == ']' || each == '\\') out += '\\';
    out += each;
  }
  return out;
}

/// ":MESSAGE:ACTION" of _arguments.
std::string value(const Option& option) {
  std::string out = ':' + option.value + ':';
  switch (values_of(option)) {
    case Values::Choices: return out + '(' + choices_in_words(option) + ')';
    case Values::Files: return out + "_files";
    case Values::Configurations: return out + "_files -g \"*.toml\"";
    case Values::Folders: return out + "_files -/";
    case Values::Rollouts: return out + "_banyan_rollouts";
    case Values::Nothing: break;
  }
  return out + ' ';
}

std::string options(const Command& command) {
  std::string out;
  for (const Option& each : command.options) {
    if (each.argument) continue;
    for (const std::string& name : each.names) {
      out += " \\\n    " +
             single_quoted((each.repeatable ? "*" : "") + name + '[' + explanation(brief(each)) +
                           ']' + (each.value.empty() ? "" : value(each)));
    }
  }
  return out;
}

std::string arguments(const Command& command) {
  std::string out;
  int place = 0;
  for (const Option& each : command.options) {
    if (each.argument) out += " \\\n    " + single_quoted(std::to_string(++place) + value(each));
  }
  return out;
}

std::string function_name(const Command& command) {
  std::string name = "_" + full_name(command, '_');
  return name;
}

/// The function of a command: its options, and either its arguments or the commands below it.
std::string function(const Command& command, const Command& root) {
  const std::string all = options(command) + (&command == &root ? "" : options(root));
  std::string out = function_name(command) + "() {\n";
  if (command.commands.empty()) {
    return out + "  _arguments -s '--help[Explain the command]'" + all + arguments(command) +
           "\n}\n\n";
  }
  out +=
      "  local context state state_descr line\n  typeset -A opt_args\n"
      "  _arguments -C -s '--help[Explain the command]'" +
      all +
      " \\\n    '1: :->command' '*:: :->rest'\n  case $state in\n    command)\n"
      "      local -a commands=(\n";
  for (const Command& each : command.commands) {
    out += "        " + single_quoted(each.path.back() + ':' + brief(each)) + '\n';
  }
  out += "      )\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n";
  for (const Command& each : command.commands) {
    out += "        " + each.path.back() + ") " + function_name(each) + " ;;\n";
  }
  return out + "      esac ;;\n  esac\n}\n\n";
}

}  // namespace

std::string zsh_completion(const Command& root) {
  std::string out =
      "#compdef banyan\n"
      "# Completion of banyan for zsh, made by `banyan manual` from the command line itself.\n\n"
      "_banyan_rollouts() {\n  local -a names=(${(f)\"$(" +
      std::string(kListRollouts) + ")\"})\n  compadd -a names\n}\n\n";
  for (const Command* each : all_commands(root)) out += function(*each, root);
  return out + "_banyan \"$@\"\n";
}

}  // namespace banyan::cli::manual
