// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "manual/text_blocks.hpp"

namespace CLI {
class App;
}

namespace banyan::cli::manual {

/// One option or argument, as a page shows it and a shell completes it.
struct Option {
  std::vector<std::string> names;  ///< "-h", "--help"; of an argument its one name, "MODULE"
  bool argument = false;           ///< given by its place, not by a name
  std::string value;               ///< what it takes: "FILE", "MODULE", "TEXT"; "" for a flag
  std::vector<std::string> choices;
  std::string range;  ///< "0 to 3600"
  std::string default_value;
  bool required = false;
  bool repeatable = false;
  std::string description;
};

/// One command with all that its `--help` knows.
struct Command {
  std::vector<std::string> path;  ///< {"banyan", "schema", "move"}
  std::string description;
  std::vector<Option> options;  ///< without `--help`, which all have
  std::vector<Command> commands;
  bool needs_command = false;  ///< one of them must be there
  std::vector<Block> notes;    ///< examples and what else follows the options
};

/// The tree that the program itself parses with, so that no page can say anything else. What is
/// hidden from `--help` is left out.
Command read_command(const CLI::App& app);

/// "banyan schema move", or with another separator "banyan-schema-move".
std::string full_name(const Command& command, char separator = ' ');

/// The description up to where its details begin: "Show the switch log, newest first".
std::string brief(const Command& command);
std::string brief(const Option& option);

/// The description with choices and range as sentences, but for the default.
std::string full_description(const Option& option);

/// "banyan shift [OPTIONS] --why TEXT MODULE PERCENT".
std::string synopsis(const Command& command);

/// The command and all below it, in the order of `--help`.
std::vector<const Command*> all_commands(const Command& command);

}  // namespace banyan::cli::manual
