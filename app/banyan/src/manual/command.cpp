// SPDX-License-Identifier: Apache-2.0
#include "manual/command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

namespace banyan::cli::manual {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The type as CLI11 says it, "TEXT:{remote,local}" or "INT:INT in [0 - 3600]", in its parts.
void read_type(const std::string& type, Option& option) {
  option.value = type.substr(0, type.find(':'));
  if (const auto begin = type.find('{'); begin != std::string::npos && type.ends_with('}')) {
    option.choices = split(std::string_view(type).substr(begin + 1, type.size() - begin - 2), ',');
  }
  if (const auto begin = type.find(" in ["); begin != std::string::npos && type.ends_with(']')) {
    option.range = type.substr(begin + 5, type.size() - begin - 6);
    if (const auto dash = option.range.find(" - "); dash != std::string::npos) {
      option.range.replace(dash, 3, " to ");
    }
  }
}

Option read_option(const CLI::Option& from) {
  Option option;
  option.argument = from.get_positional();
  if (option.argument) {
    option.names = {from.get_name(true)};
  } else {
    for (const std::string& each : from.get_snames()) option.names.push_back('-' + each);
    for (const std::string& each : from.get_lnames()) option.names.push_back("--" + each);
  }
  // A flag takes no value.
  if (from.get_items_expected_max() > 0) {
    read_type(from.get_type_name(), option);
    option.default_value = from.get_default_str();
  }
  if (option.argument) option.value = option.names.front();
  option.required = from.get_required();
  option.repeatable = from.get_items_expected_max() > 1;
  option.description = from.get_description();
  return option;
}

Command read_below(const CLI::App& app, std::vector<std::string> path) {
  Command command;
  path.push_back(app.get_name());
  command.path = path;
  command.description = app.get_description();
  command.notes = blocks_of(app.get_footer());
  command.needs_command = app.get_require_subcommand_min() > 0;
  for (const CLI::Option* each : app.get_options()) {
    if (each != app.get_help_ptr() && !each->get_group().empty()) {
      command.options.push_back(read_option(*each));
    }
  }
  // Arguments first: they are what one asks for.
  std::ranges::stable_partition(command.options, &Option::argument);
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!each->get_group().empty()) command.commands.push_back(read_below(*each, path));
  }
  return command;
}

std::string brief(std::string_view description) {
  std::size_t end = description.size();
  for (const std::string_view mark : {": ", "; ", ". "}) {
    end = std::min(end, description.find(mark));
  }
  return std::string(description.substr(0, end));
}

}  // namespace

Command read_command(const CLI::App& app) { return read_below(app, {}); }

std::string full_name(const Command& command, char separator) {
  std::string name;
  for (const std::string& each : command.path)
    name += (name.empty() ? "" : std::string(1, separator)) + each;
  return name;
}

std::string brief(const Command& command) {
  // The program's own description begins with its name.
  const std::string name = command.path.back() + ' ';
  const std::string_view description = command.description;
  return brief(description.starts_with(name) ? description.substr(name.size()) : description);
}

std::string brief(const Option& option) { return brief(option.description); }

std::string full_description(const Option& option) {
  std::string text = option.description;
  const auto add = [&text](const std::string& sentence) {
    if (!text.empty() && !text.ends_with('.')) text += '.';
    text += ' ' + sentence;
  };
  if (!option.choices.empty()) {
    std::string list;
    for (const std::string& each : option.choices) list += (list.empty() ? "" : ", ") + each;
    add("One of: " + list + ".");
  }
  if (!option.range.empty()) add("From " + option.range + ".");
  if (!text.empty() && !text.ends_with('.')) text += '.';
  return text;
}

std::string synopsis(const Command& command) {
  std::string text = full_name(command);
  const bool optional = std::ranges::any_of(
      command.options, [](const Option& each) { return !each.argument && !each.required; });
  if (optional) text += " [OPTIONS]";
  for (const Option& each : command.options) {
    if (!each.argument && each.required) text += ' ' + each.names.back() + ' ' + each.value;
  }
  for (const Option& each : command.options) {
    if (each.argument) text += ' ' + (each.required ? each.value : '[' + each.value + ']');
  }
  if (!command.commands.empty()) text += command.needs_command ? " COMMAND" : " [COMMAND]";
  return text;
}

std::vector<const Command*> all_commands(const Command& command) {
  std::vector<const Command*> all = {&command};
  for (const Command& each : command.commands) {
    for (const Command* below : all_commands(each)) all.push_back(below);
  }
  return all;
}

}  // namespace banyan::cli::manual
