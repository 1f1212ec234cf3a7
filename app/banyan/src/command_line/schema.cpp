// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>

#include "command_line/groups.hpp"

namespace banyan::cli {
namespace {

struct SchemaWords {
  DatabaseOptions options;
  int wait_seconds = 10;
};

void database_of(CLI::App* command, SchemaWords& words) {
  command
      ->add_option("--database", words.options.database,
                   "The application's shared database; its manifest stands beside it")
      ->required();
}

void wait_of(CLI::App* command, SchemaWords& words) {
  command
      ->add_option("--wait", words.wait_seconds,
                   "Seconds to wait for whoever holds a file before giving up")
      ->capture_default_str()
      ->check(CLI::Range(0, 3600));
}

DatabaseOptions asked_database(const CommandSet& set, const SchemaWords& words) {
  DatabaseOptions options = words.options;
  options.json = set.json();
  options.wait = std::chrono::seconds(words.wait_seconds);
  return options;
}

}  // namespace

void add_schema(CommandSet& set) {
  const auto words = std::make_shared<SchemaWords>();
  CLI::App* schema = set.group(
      "schema", "Separate a module's tables from the shared database, and bring them back",
      "\nThe usual way:\n"
      "  banyan schema report --database var/shop.db\n"
      "  banyan schema decouple warehouse --database var/shop.db\n"
      "  banyan schema dismiss warehouse --database var/shop.db\n"
      "  banyan schema move warehouse --database var/shop.db --dry-run\n"
      "  banyan schema move warehouse --database var/shop.db\n"
      "  banyan schema move warehouse --database var/shop.db --back\n"
      "  banyan schema move warehouse --database var/shop.db --complete");
  database_of(set.command(*schema, "adopt",
                          "Take over the database that an application had before it used Banyan",
                          "  banyan schema adopt --database legacy.db",
                          [&set, words] { return schema_adopt(asked_database(set, *words)); }),
              *words);
  database_of(
      set.command(*schema, "report",
                  "Show tables per module, and what crosses: foreign keys, views, triggers, SQL",
                  "  banyan schema report --database var/shop.db",
                  [&set, words] { return schema_report(asked_database(set, *words)); }),
      *words);
  CLI::App* decouple = set.command(
      *schema, "decouple",
      "Apply a module's separation scripts, which remove what crosses (expand, contract)",
      "  banyan schema decouple warehouse --database var/shop.db --dry-run\n"
      "  banyan schema decouple warehouse --database var/shop.db --phase 0001",
      [&set, words] { return schema_decouple(asked_database(set, *words)); });
  set.module_of(decouple, words->options.module);
  database_of(decouple, *words);
  decouple->add_option("--phase", words->options.phase, "Only scripts whose names begin with this");
  decouple->add_flag("--dry-run", words->options.dry_run,
                     "Try them out and roll back; writers wait meanwhile, as in earnest");
  wait_of(decouple, *words);
  CLI::App* dismiss = set.command(
      *schema, "dismiss",
      "Say that a module's code no longer runs statements that cross. A statement stays in "
      "the report until then, or until its table is gone, and comes back when it runs again",
      "  banyan schema dismiss warehouse --database var/shop.db --dry-run\n"
      "  banyan schema dismiss warehouse --database var/shop.db\n"
      "      all that have not run since the module's last separation script\n"
      "  banyan schema dismiss warehouse --database var/shop.db --statement 3fa29c01",
      [&set, words] { return schema_dismiss(asked_database(set, *words)); });
  set.module_of(dismiss, words->options.module);
  database_of(dismiss, *words);
  dismiss->add_option("--statement", words->options.statements,
                      "Its name in the report, whenever it ran last; may be repeated");
  dismiss->add_flag("--dry-run", words->options.dry_run, "Only show which");
  CLI::App* move = set.command(
      *schema, "move",
      "Move a module's tables to a file of their own, verified row by row, or back; or bring a "
      "move to its end",
      "  banyan schema move warehouse --database var/shop.db --dry-run\n"
      "  banyan schema move warehouse --database var/shop.db --back\n"
      "  banyan schema move warehouse --database var/shop.db --complete --dry-run\n"
      "      who still uses the copy that the move has left in the shared database?\n"
      "  banyan schema move warehouse --database var/shop.db --complete\n"
      "      drops it; --back copies from the own file, then as before\n\n"
      "Exit codes: 0 moved; 1 refused or undone; 69 somebody holds a file; 75 moved, and\n"
      "cleaning up is left: the same command again completes it. The last line says which\n"
      "file is authoritative.",
      [&set, words] {
        const DatabaseOptions asked = asked_database(set, *words);
        return asked.complete ? schema_complete(asked) : schema_move(asked);
      });
  set.module_of(move, words->options.module);
  database_of(move, *words);
  CLI::Option* back = move->add_flag("--back", words->options.back, "Back to the shared database");
  move->add_flag("--complete", words->options.complete,
                 "Drop the copy that the move has left in the shared database, with its guards: "
                 "the end of the move")
      ->excludes(back);
  move->add_flag("--dry-run", words->options.dry_run, "Only show what would happen, or be refused");
  wait_of(move, *words);
}

void add_migrate(CommandSet& set) {
  const auto words = std::make_shared<SchemaWords>();
  CLI::App* added =
      set.command("migrate", "Apply the migration scripts of the application's modules",
                  "  banyan migrate --database var/shop.db --dry-run",
                  [&set, words] { return migrate(asked_database(set, *words)); });
  database_of(added, *words);
  added->add_flag("--dry-run", words->options.dry_run,
                  "Try them out and roll back; writers wait meanwhile, as in earnest");
  wait_of(added, *words);
}

}  // namespace banyan::cli
