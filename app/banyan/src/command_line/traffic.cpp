// SPDX-License-Identifier: Apache-2.0
// Where the traffic of each module goes, and the log of every change.
#include <memory>

#include "command_line/groups.hpp"

namespace banyan::cli {
namespace {

void force_of(CLI::App* command, ChangeOptions& options) {
  command->add_flag("--force", options.force,
                    "Although the new side does not answer, or is not ready; the log tells");
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
      "  banyan shift catalog 100% --writes remote --why \"the service takes over\"\n"
      "  banyan shift catalog 25% --writes local --why \"bring the writes home\"",
      [&set, options] { return shift(set.target(), *options); });
  set.asks(added);
  set.module_of(added, options->module);
  added->add_option("PERCENT", options->percent, "0% to 100%, in steps of 0.01%")
      ->required()
      ->check(check_percent);
  added
      ->add_option("--writes", options->writes, "The side that writes: remote (new) or local (old)")
      ->check(CLI::IsMember({"remote", "local"}));
  force_of(added, *options);
  set.reason_of(added, options->who, options->why, true);
}

void add_back(CommandSet& set) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* added = set.command("back", "Go one named step back: moved -> canary 100% -> legacy",
                                "  banyan back catalog --why \"error rate doubled\"",
                                [&set, options] { return back(set.target(), *options); });
  set.asks(added);
  set.module_of(added, options->module);
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
  set.reason_of(added, options->who, options->why, false);
}

void add_log(CommandSet& set) {
  const auto options = std::make_shared<LogOptions>();
  CLI::App* added = set.command("log", "Show the switch log, newest first",
                                "  banyan log\n  banyan log --module catalog --limit 5",
                                [&set, options] { return log(set.target(), *options); });
  set.asks(added);
  added->add_option("--module", options->module, "Only this module")
      ->type_name("MODULE")
      ->check(check_module);
  added->add_option("--limit", options->limit, "How many lines")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
}

}  // namespace

void add_traffic(CommandSet& set) {
  add_status(set);
  add_shift(set);
  add_back(set);
  add_next(set);
  add_log(set);
}

void add_verify(CommandSet& set) {
  const auto head = std::make_shared<std::string>();
  CLI::App* added = set.command(
      "verify", "Check that nobody tampered with the switch log (exit code 1 if so)",
      "  banyan verify\n  banyan verify --head 5f0c…   does it still contain this head?",
      [&set, head] { return verify(set.target(), *head); });
  set.asks(added);
  added->add_option("--head", *head, "A head that was noted earlier: 64 hexadecimal digits")
      ->check([](const std::string& text) {
        const bool hex =
            text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
        return hex ? std::string() : '"' + text + "\" is not 64 lower-case hexadecimal digits";
      });
}

}  // namespace banyan::cli
