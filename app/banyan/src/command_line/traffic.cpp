// SPDX-License-Identifier: Apache-2.0
// Where the traffic of each module goes, and the log of every change.
#include <memory>

#include "command_line/groups.hpp"

namespace banyan::cli {
namespace {

void force_of(CLI::App* command, ChangeOptions& options) {
  command->add_flag("--force", options.force,
                    "Although the new side does not answer, or is not ready; or, with --store, "
                    "although no process runs that knows whether it is legal. The log tells");
}

void despite_of(CLI::App* command, bool& despite_differences) {
  command->add_flag("--despite-differences", despite_differences,
                    "Although copies show that the new side answers otherwise by more than a plan "
                    "lets. Whether it is fit is asked all the same. The log tells, with the "
                    "figures");
}

void from_of(CLI::App* command, ChangeOptions& options) {
  command
      ->add_option("--from", options.from,
                   "Only if that is its revision still (`banyan status --json`): asked twice, or "
                   "by two, it is one step")
      ->type_name("REVISION")
      ->check(check_revision);
}

/// To the word of the API, which is taken as it is, too.
std::string read_side(std::string& word) {
  if (word == "new") word = "remote";
  if (word == "old") word = "local";
  const bool known = word == "remote" || word == "local";
  return known ? std::string() : '"' + word + "\" is no side, expected new or old";
}

void add_status(CommandSet& set) {
  set.asks(set.command("status", "Show where the traffic and the data of every module are",
                       "  banyan status\n  banyan status --json | jq '.rollouts[].stage'",
                       [&set] { return status(set.target()); }));
}

void add_shift(CommandSet& set) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* added = set.command(
      "shift",
      "Send a percentage of a module's readers to the new side; writes move as a whole, once "
      "all reads have moved",
      "  banyan shift catalog 0.5% --why \"first canary\"\n"
      "  banyan shift catalog 100% --writes new --why \"the service takes over\"\n"
      "  banyan shift catalog 25% --writes old --why \"bring the writes home\"",
      [&set, options] { return shift(set.target(), *options); });
  set.asks(added);
  set.module_of(added, options->module);
  added->add_option("PERCENT", options->percent, "0% to 100%, in steps of 0.01%")
      ->required()
      ->check(check_percent);
  added->add_option("--writes", options->writes, "The side that writes")
      ->transform(
          CLI::Validator([](std::string& word) { return read_side(word); }, "{new,old}", "SIDE"));
  force_of(added, *options);
  despite_of(added, options->despite_differences);
  from_of(added, *options);
  set.reason_of(added, options->who, options->why, true);
}

void add_back(CommandSet& set) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* added =
      set.command("back", "Go one named step back: retired -> moved -> canary 100% -> legacy",
                  "  banyan back catalog --why \"error rate doubled\"\n"
                  "  banyan back catalog --gradually --why \"not before the sale\"",
                  [&set, options] { return back(set.target(), *options); });
  set.asks(added);
  set.module_of(added, options->module);
  added->add_flag("--gradually", options->gradually,
                  "To legacy along the steps of the plan, each for a while, so that the old side "
                  "gets warm again");
  added->add_flag("--force", options->force,
                  "With --store: although no process runs that knows whether it is legal; the log "
                  "tells");
  from_of(added, *options);
  set.reason_of(added, options->who, options->why, true);
}

void add_shadow(CommandSet& set) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* added = set.command(
      "shadow",
      "Ask the new side a share of the reads as well, for comparison only: no user sees its "
      "answers",
      "  banyan shadow catalog --why \"what would it answer?\"\n"
      "  banyan differences catalog                 what it has answered otherwise",
      [&set, options] { return shadow(set.target(), *options); });
  set.asks(added);
  set.module_of(added, options->module);
  // Nobody is answered by a copy, so that what it says is no hindrance.
  force_of(added, *options);
  from_of(added, *options);
  set.reason_of(added, options->who, options->why, true);
}

void add_next(CommandSet& set) {
  const auto options = std::make_shared<ChangeOptions>();
  options->why = "the next step";
  CLI::App* added =
      set.command("next", "Go one step on: canary 1%, 10%, 50%, 100%, then the writes (moved)",
                  "  banyan next catalog\n  banyan next catalog --why \"a quiet day at 10%\"",
                  [&set, options] { return next(set.target(), *options); });
  set.asks(added);
  set.module_of(added, options->module);
  force_of(added, *options);
  despite_of(added, options->despite_differences);
  from_of(added, *options);
  set.reason_of(added, options->who, options->why, false);
}

void add_watch(CommandSet& set) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* added = set.command(
      "watch",
      "Show rollouts, their plans, and how both sides do, again and again until Ctrl-C; a line for "
      "each change where standard output is no terminal",
      "  banyan watch\n  banyan watch --json | jq .plans\n  banyan watch --interval 5 --count 12",
      [&set, options] { return watch(set.target(), *options); });
  set.asks(added);
  added->add_option("--interval", options->interval_seconds, "Seconds between two looks")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3'600.0));
  added->add_option("--count", options->count, "How many looks; 0 is until Ctrl-C")
      ->capture_default_str()
      ->check(CLI::Range(0, 1'000'000'000));
}

void add_goto(CommandSet& set) {
  const auto options = std::make_shared<GotoOptions>();
  CLI::App* added = set.command(
      "goto",
      "Put the traffic of all modules back to where it was after a change of the switch log: all "
      "of it, or nothing where one of them may not",
      "  banyan log\n"
      "  banyan goto 12 --dry-run --why \"what would that be?\"\n"
      "  banyan goto 12 --why \"as it was on Friday\"\n"
      "  banyan goto 0 --why \"all on the old sides\"",
      [&set, options] { return go_to(set.target(), *options); });
  set.asks(added);
  added->add_option("REVISION", options->revision, "A number of `banyan log`; 0 is before all")
      ->required()
      ->check(check_revision);
  added->add_flag("--dry-run", options->dry_run, "Only show what would change, or be refused");
  added->add_flag(
      "--force", options->force,
      "Although a new side does not answer, or is not ready; or, with --store, although no process "
      "runs that knows whether it is legal. The log tells");
  despite_of(added, options->despite_differences);
  set.reason_of(added, options->who, options->why, true);
}

CLI::Option* head_of(CLI::App* command, std::string& head) {
  return command->add_option("--head", head, "A head that was noted earlier: 64 hexadecimal digits")
      ->check([](const std::string& text) {
        const bool hex =
            text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
        return hex ? std::string() : '"' + text + "\" is not 64 lower-case hexadecimal digits";
      });
}

void add_log(CommandSet& set) {
  const auto options = std::make_shared<LogOptions>();
  const auto head = std::make_shared<std::string>();
  const auto verifies = std::make_shared<bool>(false);
  const auto check = [&set, head] { return verify(set.target(), *head); };
  CLI::App* added =
      set.command("log", "Show the switch log, newest first; or check that nobody tampered with it",
                  "  banyan log\n  banyan log --module catalog --limit 5\n"
                  "  banyan log --kind routes\n  banyan log verify",
                  [&set, options, verifies, check] {
                    return *verifies ? check() : log(set.target(), *options);
                  });
  set.asks(added);
  CLI::App* checks = set.command(
      *added, "verify", "Check that nobody tampered with the switch log (exit code 1 if so)",
      "  banyan log verify\n"
      "  banyan log verify --head 5f0c…   does it still contain this head?",
      check);
  // The action is that of `log`, whose callback comes last.
  checks->callback([verifies] { *verifies = true; });
  head_of(checks, *head);
  // What it was called before.
  CLI::App* before =
      set.command("verify", "The same as banyan log verify", "  banyan log verify", check);
  set.asks(before);
  before->group("");
  head_of(before, *head);
  added->add_option("--module", options->module, "Only this module")
      ->type_name("MODULE")
      ->check(check_module);
  added->add_option("--kind", options->kind, "Only these changes: of the stage, plan or routes")
      ->type_name("KIND")
      ->check(CLI::IsMember({"stage", "plan", "routes"}));
  added->add_option("--limit", options->limit, "How many lines")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
}

}  // namespace

void add_traffic(CommandSet& set) {
  add_status(set);
  add_watch(set);
  add_shift(set);
  add_back(set);
  add_shadow(set);
  add_next(set);
  add_goto(set);
  add_log(set);
}

}  // namespace banyan::cli
