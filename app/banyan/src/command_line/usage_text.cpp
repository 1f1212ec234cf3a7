// SPDX-License-Identifier: Apache-2.0
#include "command_line/usage_text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/in_quotes.hpp"
#include "banyan/kernel/listed.hpp"
#include "banyan/kernel/nearest.hpp"

namespace banyan::cli {
namespace {

template <class Kind>
bool is_a(const CLI::ParseError& error) {
  return dynamic_cast<const Kind*>(&error) != nullptr;
}

/// From the program down to the command that was reached.
std::vector<const CLI::App*> reached(const CLI::App& app) {
  std::vector<const CLI::App*> all{&app};
  while (!all.back()->get_subcommands().empty()) {
    all.push_back(all.back()->get_subcommands().front());
  }
  return all;
}

std::vector<std::string> commands_below(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!each->get_group().empty()) names.push_back(each->get_name());
  }
  return names;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto meant = nearest(word, known);
  return meant ? ". Did you mean " + in_quotes(*meant) + '?' : std::string();
}

/// Options of the commands that were reached: all of them are understood there.
std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : reached(app)) {
    for (const CLI::Option* each : command->get_options()) {
      for (const std::string& name : each->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::string unknown_option(const CLI::App& app, std::string_view word) {
  const std::string name(word.substr(0, word.find('=')));
  const std::string text = '`' + reached_command(app) + "` has no option " + name;
  const std::vector<std::string> known = option_names(app);
  std::vector<std::string> longer;
  for (const std::string& each : known) {
    if (name.size() > 2 && each.starts_with(name)) longer.push_back(each);
  }
  constexpr std::size_t kFew = 4;
  if (longer.empty() || longer.size() > kFew) return text + did_you_mean(name, known);
  return text + ". Did you mean " + listed(longer, "or") + '?';
}

std::string too_much(const CLI::App& app) {
  const std::vector<std::string> left = app.remaining(true);
  // Behind "--" an option is a word, and the word is what was meant.
  const auto word = std::ranges::find_if(left, [](const auto& each) { return each != "--"; });
  if (word == left.end()) return "there is a word too many";
  if (word->size() > 1 && word->front() == '-') return unknown_option(app, *word);
  const CLI::App& command = *reached(app).back();
  const std::vector<std::string> below = commands_below(command);
  if (below.empty()) {
    return '`' + reached_command(app) + "` takes no further argument, and " + in_quotes(*word) +
           " is one";
  }
  const std::string text = "there is no `" + reached_command(app) + ' ' + *word + '`';
  const std::string meant = did_you_mean(*word, below);
  return meant.empty() ? text + ", but " + listed(below, "or") : text + meant;
}

std::string needs_a_command(const CLI::App& app) {
  if (!app.remaining(true).empty()) return too_much(app);
  const std::vector<std::string> below = commands_below(*reached(app).back());
  const std::string text = '`' + reached_command(app) + "` needs a command";
  return reached(app).size() == 1 ? text + ", such as `banyan status`"
                                  : text + ": " + listed(below, "or");
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t comma = text.find(',');
    words.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return words;
    text.remove_prefix(comma + 1);
  }
}

/// "0.100000" without what says nothing.
std::string plain_number(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// `text` up to `end`, and what follows it; nothing without it.
std::optional<std::pair<std::string, std::string>> parted(const std::string& text,
                                                          std::string_view end) {
  const std::size_t at = text.find(end);
  if (at == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + end.size()));
}

/// "both not in {new,old}", "Value 0.01 not in range 0.100000 to 3600.000000"; what our own checks
/// say is as it should be.
std::string bad_value(const std::string& said) {
  const auto named = parted(said, ": ");
  if (!named) return said;
  const auto& [name, problem] = *named;
  constexpr std::string_view kValue = "Value ";
  if (const auto range = parted(problem, " not in range "); range && problem.starts_with(kValue)) {
    const auto bounds = parted(range->second, " to ");
    if (!bounds) return said;
    return name + ": " + in_quotes(range->first.substr(kValue.size())) +
           " is out of range, expected a number from " + plain_number(bounds->first) + " to " +
           plain_number(bounds->second);
  }
  if (const auto set = parted(problem, " not in {"); set && set->second.ends_with('}')) {
    const auto choices = split(std::string_view(set->second).substr(0, set->second.size() - 1));
    return name + ": " + in_quotes(set->first) + " is none of " + listed(choices, "or") +
           did_you_mean(set->first, choices);
  }
  return said;
}

/// "Could not convert: --count = many".
std::string no_number(const std::string& said) {
  constexpr std::string_view kSaid = "Could not convert: ";
  if (!said.starts_with(kSaid)) return said;
  const auto given = parted(said.substr(kSaid.size()), " = ");
  if (!given) return said;
  return given->first + ": " + in_quotes(given->second) + " is no number that it takes";
}

/// "--url: 1 required URL missing", "--from: At Most 1 required but received 2".
std::string wrong_count(const std::string& said) {
  if (const auto missing = parted(said, ": 1 required "); missing && said.ends_with(" missing")) {
    const auto type = parted(missing->second, " missing");
    return missing->first + " needs a value" +
           (type && !type->first.empty() ? ": " + type->first.substr(0, type->first.find(':'))
                                         : "");
  }
  if (const auto often = parted(said, ": At Most 1 required but received ")) {
    return often->first + " is there " + often->second + " times, and is said once";
  }
  if (const auto flag = parted(said, " was given a disallowed flag override")) {
    return flag->first + " takes no value: it is there, or it is not";
  }
  return said;
}

}  // namespace

std::string reached_command(const CLI::App& app) {
  std::string path;
  for (const CLI::App* each : reached(app)) path += (path.empty() ? "" : " ") + each->get_name();
  return path;
}

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const std::string said = error.what();
  // Their names are not to be relied on: one bears that of the program.
  if (is_a<CLI::ExtrasError>(error)) return too_much(app);
  if (is_a<CLI::ValidationError>(error)) return bad_value(said);
  if (is_a<CLI::ConversionError>(error)) return no_number(said);
  if (is_a<CLI::ArgumentMismatch>(error)) return wrong_count(said);
  if (is_a<CLI::RequiredError>(error)) {
    return said.starts_with("A subcommand") ? needs_a_command(app) : said;
  }
  if (is_a<CLI::ExcludesError>(error)) {
    const auto both = parted(said, " excludes ");
    return both ? both->first + " and " + both->second + " exclude each other; give one of them"
                : said;
  }
  if (is_a<CLI::RequiresError>(error)) {
    const auto both = parted(said, " requires ");
    return both ? both->first + " needs " + both->second + " beside it" : said;
  }
  return said;
}

}  // namespace banyan::cli
