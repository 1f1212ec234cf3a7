// SPDX-License-Identifier: Apache-2.0
#include "command_line/command_set.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "banyan/stages/control_store.hpp"
#include "banyan/stages/percent.hpp"

namespace banyan::cli {
namespace {

/// Here, before it is sent anywhere: who takes it then knows only that it is too long, or missing.
std::function<std::string(const std::string&)> line_for(const std::string& log, std::size_t bytes,
                                                        const std::string& hint) {
  return [bytes, log, hint](const std::string& text) -> std::string {
    if (text.find_first_not_of(' ') == std::string::npos) {
      return "it is empty, and " + log + " keeps it: say it in a sentence";
    }
    if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
      return "it has a line break or another control character, and " + log + " takes one line";
    }
    if (text.size() <= bytes) return {};
    return "it has " + std::to_string(text.size()) + " bytes, and " + log + " takes " +
           std::to_string(bytes) + hint;
  };
}

}  // namespace

std::string caller() {
  std::string user = "unknown";
  if (const char* name = std::getenv("USER"); name != nullptr && *name != '\0') {
    user = name;
  } else if (const passwd* entry = getpwuid(getuid()); entry != nullptr) {
    user = entry->pw_name;
  }
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return user + '@' + host;
}

std::string check_module(const std::string& name) {
  const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return plain ? "" : '"' + name + "\" is no name of a module, such as catalog or order_desk";
}

std::string check_percent(const std::string& text) {
  const auto percent = strangler::Percent::parse(text);
  return percent ? "" : percent.error().message;
}

// As text: "-3" would be a very large number, and "2/4" none that says why.
std::string check_revision(const std::string& text) {
  const auto digits = [](const std::string& part) {
    return !part.empty() && part.size() < 19 &&
           std::ranges::all_of(part, [](unsigned char c) { return c >= '0' && c <= '9'; });
  };
  if (digits(text)) return {};
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos && digits(text.substr(0, slash)) &&
      digits(text.substr(slash + 1))) {
    return '"' + text +
           "\" is a line about a plan or routes, which moved no traffic, and no revision; the one "
           "that it was written at is " +
           text.substr(0, slash);
  }
  return '"' + text +
         "\" is no revision, expected a number of `banyan log` such as 12; 0 is before all";
}

void CommandSet::add_common_options() {
  const char* const url = std::getenv(kUrlVariable);
  if (url != nullptr && *url != '\0') target_.url = url;
  // Whatever the variable is here; the manual is the same for all.
  app_.add_option("--url", target_.url,
                  "The running application or proxy, where its operators' pages are (`operators` "
                  "of banyan.toml); said once for all commands with the variable BANYAN_URL")
      ->default_str(kUsualUrl);
  app_.add_option("--token-file", target_.token_file,
                  "A file with the operators' token, which is needed where the operators' pages "
                  "are reached from another machine, or where clients come too");
  app_.add_option("--store", target_.store,
                  "Work on this control store instead: when nothing runs, or beside what runs "
                  "(which notices within 200 ms). What is legal is what a process that runs has "
                  "noted there; where none does, all but the way to legacy needs --force");
  app_.add_flag("--json", target_.json, "Print the answer as one JSON document");
}

void CommandSet::act(CLI::App* command, Action action) {
  command->callback([this, action = std::move(action)] { chosen_ = action; });
}

CLI::App* CommandSet::command(CLI::App& group, const std::string& name,
                              const std::string& description, const std::string& examples,
                              Action action) {
  CLI::App* added = group.add_subcommand(name, description);
  added->footer("\nExamples:\n" + examples);
  added->fallthrough();
  act(added, std::move(action));
  return added;
}

CLI::App* CommandSet::command(const std::string& name, const std::string& description,
                              const std::string& examples, Action action) {
  return command(app_, name, description, examples, std::move(action));
}

CLI::App* CommandSet::group(const std::string& name, const std::string& description,
                            const std::string& footer) {
  CLI::App* added = app_.add_subcommand(name, description);
  added->require_subcommand(1);
  added->fallthrough();
  added->footer(footer);
  return added;
}

void CommandSet::module_of(CLI::App* command, std::string& module) {
  command->add_option("MODULE", module, "The module, such as catalog")
      ->required()
      ->check(check_module);
}

void CommandSet::reason_of(CLI::App* command, std::string& who, std::string& why, bool why_required,
                           const std::string& log) {
  CLI::Option* reason = command->add_option("--why", why, "The reason, for " + log);
  reason->check(line_for(log, strangler::kLongestWhy, ": a sentence, and a link to the rest"));
  if (why_required) reason->required();
  if (!why.empty()) reason->capture_default_str();
  who = caller();
  // Whoever that is; the manual is the same for all.
  command->add_option("--who", who, "Who asks, for " + log)
      ->check(line_for(log, strangler::kLongestWho, ""))
      ->default_str("USER@HOST");
}

bool CommandSet::asks_anybody() const {
  const CLI::App* at = &app_;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    if (asking_.contains(at)) return true;
  }
  return false;
}

std::string CommandSet::what_is_useless() const {
  const auto given = [&](const char* option) { return app_.get_option(option)->count() != 0; };
  const std::string command = app_.get_subcommands().front()->get_name();
  for (const char* option : {"--url", "--token-file", "--store"}) {
    if (given(option) && !asks_anybody()) {
      return std::string(option) + " is of no use to `banyan " + command +
             "`, which asks no process and no control store";
    }
  }
  for (const Complaint& each : complaints_) {
    if (std::string complaint = each(); !complaint.empty()) return complaint;
  }
  if (!given("--store")) return {};
  for (const char* option : {"--url", "--token-file"}) {
    if (given(option)) {
      return "--store goes past the process, and " + std::string(option) +
             " asks it; give one of them";
    }
  }
  return {};
}

}  // namespace banyan::cli
