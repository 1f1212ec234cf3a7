// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "command_line/groups.hpp"

namespace banyan::cli {
namespace {

void event_log_of(CLI::App* command, EventsOptions& options) {
  command
      ->add_option("--database", options.database,
                   "The application's shared database: a file, or postgresql://…")
      ->required();
  command->add_option("--application", options.application,
                      "Of a server's database: what its modules' roles begin with");
}

void why_of(CLI::App* command, EventsOptions& options) {
  command->add_option("--why", options.why, "The reason; kept beside the events")->required();
  command->add_option("--who", options.who, "Who asks")->default_str("USER@HOST");
}

void lane_of(CommandSet& set, CLI::App* command, EventsOptions& options) {
  set.module_of(command, options.module);
  command->add_option("FOLLOWER", options.lane, "The module that follows it")
      ->required()
      ->check(check_module);
  event_log_of(command, options);
  why_of(command, options);
}

EventsOptions asked_events(const CommandSet& set, const EventsOptions& words) {
  EventsOptions options = words;
  options.json = set.json();
  if (options.who.empty()) options.who = caller();
  return options;
}

}  // namespace

void add_events(CommandSet& set) {
  const auto options = std::make_shared<EventsOptions>();
  CLI::App* events = set.group(
      "events", "What modules tell each other: how far it has got, and what somebody must decide",
      "\nThe usual way:\n"
      "  banyan events list --database var/shop.db\n"
      "  banyan events replay payments shipping ord_018f… --database var/shop.db --why "
      "\"carrier fixed\"\n"
      "  banyan events skip payments shipping ord_018f… --database var/shop.db --why \"a test "
      "order\"\n"
      "  banyan events rebuild orders --why \"titles were repaired by hand\"");
  CLI::App* list =
      set.command(*events, "list", "Show who follows whom, how far behind, and which keys are held",
                  "  banyan events list --database var/shop.db\n"
                  "  banyan events list payments --database var/shop.db --json",
                  [&set, options] { return events_list(asked_events(set, *options)); });
  list->add_option("MODULE", options->module, "Only of this module")->check(check_module);
  event_log_of(list, *options);
  CLI::App* replay = set.command(
      *events, "replay",
      "Try held keys again at once, with fresh attempts; what was handled is not handled twice",
      "  banyan events replay payments shipping --database var/shop.db --why \"fixed\"\n"
      "  banyan events replay payments shipping ord_018f… --database var/shop.db --why \"fixed\"",
      [&set, options] { return events_replay(asked_events(set, *options)); });
  lane_of(set, replay, *options);
  replay->add_option("KEY", options->key, "Only this key; all of them without it");
  CLI::App* skip = set.command(
      *events, "skip",
      "Give up the first event of a held key that was not taken; those after it are sent",
      "  banyan events skip payments shipping ord_018f… --database var/shop.db --why \"a test\"",
      [&set, options] { return events_skip(asked_events(set, *options)); });
  lane_of(set, skip, *options);
  skip->add_option("KEY", options->key, "The key")->required();
  CLI::App* forget = set.command(
      *events, "forget", "Forget how far a module got that does not follow any more",
      "  banyan events forget payments shipping --database var/shop.db --why \"it is gone\"",
      [&set, options] { return events_forget(asked_events(set, *options)); });
  lane_of(set, forget, *options);
  forget->add_option("--follower-database", options->follower_database,
                     "The shared database of the application that hosts FOLLOWER, if another");
  CLI::App* rebuild = set.command(
      *events, "rebuild",
      "Make a module's copy of what others own anew, from its owners; the old one is served "
      "meanwhile",
      "  banyan events rebuild orders --why \"titles were repaired by hand\"\n"
      "  banyan events rebuild orders --url http://127.0.0.1:8085 --why \"a lane was forgotten\"",
      [&set, options] { return events_rebuild(set.target(), asked_events(set, *options)); });
  set.asks(rebuild);
  rebuild->add_option("MODULE", options->module, "The module that keeps the copy")
      ->required()
      ->check(check_module);
  why_of(rebuild, *options);
  CLI::App* purge = set.command(
      *events, "purge", "Forget events that everybody has; a running application does it by itself",
      "  banyan events purge payments --database var/shop.db --older-than 24",
      [&set, options] { return events_purge(asked_events(set, *options)); });
  set.module_of(purge, options->module);
  purge->add_option("--older-than", options->hours, "Hours")
      ->capture_default_str()
      ->check(CLI::Range(0, 24 * 3650));
  event_log_of(purge, *options);
}

}  // namespace banyan::cli
