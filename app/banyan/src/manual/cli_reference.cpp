// SPDX-License-Identifier: Apache-2.0
#include "manual/cli_reference.hpp"

#include <string_view>

namespace banyan::cli::manual {
namespace {

/// Text in a cell of a table. What could be taken for HTML is not.
std::string cell(std::string_view text) {
  std::string out;
  for (const char each : text) {
    if (each == '|') {
      out += "\\|";
    } else if (each == '<') {
      out += "&lt;";
    } else {
      out += each == '\n' ? ' ' : each;
    }
  }
  return out;
}

std::string code(std::string_view text) { return '`' + cell(text) + '`'; }

std::string sentence(std::string text) {
  if (!text.empty() && !text.ends_with('.')) text += '.';
  return text;
}

std::string options(const Command& command) {
  if (command.options.empty()) return {};
  std::string out = "| | |\n| --- | --- |\n";
  for (const Option& each : command.options) {
    std::string names;
    for (const std::string& name : each.names) {
      const std::string value = each.argument || each.value.empty() ? "" : ' ' + each.value;
      names += (names.empty() ? "" : ", ") + code(name + value);
    }
    out += "| " + names + " | " + (each.required && !each.argument ? "Needed. " : "") +
           cell(full_description(each)) +
           (each.default_value.empty() ? "" : " Default: " + code(each.default_value) + '.') +
           " |\n";
  }
  return out + '\n';
}

std::string notes(const std::vector<Block>& blocks) {
  std::string out;
  for (const Block& each : blocks) {
    switch (each.kind) {
      case Block::Kind::Heading: out += "**" + each.text + "**\n\n"; break;
      case Block::Kind::Sentence: out += sentence(cell(each.text)) + "\n\n"; break;
      case Block::Kind::Verbatim: out += "```text\n" + each.text + "```\n\n"; break;
    }
  }
  return out;
}

std::string chapter(const Command& command) {
  std::string out = "## " + full_name(command) + "\n\n```text\n" + synopsis(command) + "\n```\n\n" +
                    sentence(cell(command.description)) + "\n\n" + options(command);
  if (!command.commands.empty()) {
    out += "| command | |\n| --- | --- |\n";
    for (const Command& each : command.commands) {
      out += "| [" + code(full_name(each)) + "](#" + full_name(each, '-') + ") | " +
             cell(brief(each)) + " |\n";
    }
    out += '\n';
  }
  return out + notes(command.notes);
}

}  // namespace

std::string cli_reference(const Command& root) {
  std::string out =
      "# The command line\n\n"
      "<!-- Made by `banyan manual FOLDER`; do not edit. A test compares it with the program. "
      "-->\n\n"
      "What `banyan COMMAND --help` and the man pages say, in one document. The options of\n"
      "[`banyan`](#banyan) are understood behind every command, too.\n\n";
  for (const Command* each : all_commands(root)) out += chapter(*each);
  out.pop_back();
  return out;
}

}  // namespace banyan::cli::manual
