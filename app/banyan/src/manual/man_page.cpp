// SPDX-License-Identifier: Apache-2.0
#include "manual/man_page.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "manual/roff.hpp"

namespace banyan::cli::manual {
namespace {

using roff::bold;
using roff::heading;
using roff::italic;
using roff::literal;
using roff::sentence;

std::string lower_first(std::string text) {
  if (!text.empty()) {
    text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  }
  return text;
}

std::string reference(const Command& command) {
  return ".BR " + literal(full_name(command, '-')) + " (1)";
}

std::string option(const Option& each) {
  std::string names;
  for (const std::string& name : each.names) {
    names += (names.empty() ? "" : ", ") + (each.argument ? italic(name) : bold(name));
  }
  if (!each.argument && !each.value.empty()) names += ' ' + italic(each.value);
  std::string text = roff::prose(full_description(each));
  if (!each.default_value.empty()) text += " Default: " + bold(each.default_value) + '.';
  return ".TP\n" + names + '\n' + text + '\n';
}

std::string notes(const std::vector<Block>& blocks) {
  std::string out;
  bool open = false;  // a section that takes a paragraph
  for (const Block& each : blocks) {
    if (each.kind == Block::Kind::Heading) {
      out += heading(each.text == "Exit codes" ? "Exit status" : each.text);
    } else if (each.kind == Block::Kind::Verbatim) {
      out += ".EX\n" + literal(each.text) + ".EE\n";
    } else {
      if (!out.ends_with("\"\n")) out += open ? ".PP\n" : heading("Notes");
      out += sentence(each.text);
    }
    open = true;
  }
  return out;
}

}  // namespace

std::string man_page(const Command& command, const Command& root, const PageMargins& margins) {
  std::string out = R"(.\" Made by `banyan manual` from the command line itself; do not edit.)"
                    "\n" +
                    roff::title(full_name(command, '-'), 1, margins.date, margins.version);
  out += heading("Name") + literal(full_name(command, '-')) + " \\- " +
         literal(lower_first(brief(command))) + '\n';
  out += heading("Synopsis") + bold(full_name(command)) +
         literal(synopsis(command).substr(full_name(command).size())) + '\n';
  out += heading("Description") + sentence(command.description);
  if (!command.options.empty()) {
    out += heading("Options");
    for (const Option& each : command.options) out += option(each);
  }
  if (command.path.size() > 1) {
    out += ".PP\nThe options of\n" + reference(root) + "\nare understood, too.\n";
  }
  if (!command.commands.empty()) {
    out += heading("Commands");
    for (const Command& each : command.commands) {
      out += ".TP\n" + reference(each) + '\n' + sentence(brief(each));
    }
  }
  out += notes(command.notes);
  if (command.path.size() > 1) {
    out += heading("See also") + reference(root);
    if (command.path.size() > 2) {
      const auto parent = std::ranges::find_if(root.commands, [&](const Command& each) {
        return each.path.back() == command.path[command.path.size() - 2];
      });
      if (parent != root.commands.end()) out += ",\n" + reference(*parent);
    }
    out += '\n';
  }
  return out;
}

}  // namespace banyan::cli::manual
