// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <memory>

#include "command_line/groups.hpp"

namespace banyan::cli {
namespace {

std::string check_dwell(const std::string& text) {
  const bool fits =
      text.size() > 1 && text.size() < 8 &&
      std::ranges::all_of(
          text.substr(0, text.size() - 1), [](unsigned char c) { return std::isdigit(c) != 0; }) &&
      std::string("smhd").contains(text.back());
  return fits ? std::string() : '"' + text + "\" is no time such as 90s, 10m, 2h or 1d";
}

/// A share, or what moves the writes.
std::string check_step(const std::string& text) {
  std::string problem = text == "writes" ? std::string() : check_percent(text);
  return problem.empty() ? problem : problem + "; or \"writes\", after 100%";
}

/// What the options alone do not show.
std::string odd_plan(const PlanOptions& options) {
  const std::string& action = options.action;
  if (options.module.empty() && action != "show") {
    return "`banyan plan MODULE " + action + "` is about one module";
  }
  if (action != "show" && options.why.empty()) {
    return "--why is required: the reason for `banyan plan " + options.module + ' ' + action + '`';
  }
  const bool about_start =
      !options.steps.empty() || !options.dwell.empty() || !options.samples.empty();
  if (about_start && action != "start") {
    return "--steps, --dwell and --samples are for `banyan plan MODULE start`";
  }
  if ((options.force || options.despite_differences) && action != "start" && action != "resume") {
    return std::string(options.force ? "--force" : "--despite-differences") +
           " is for `banyan plan MODULE start` and `resume`";
  }
  if (options.gradually && action != "abort") {
    return "--gradually is for `banyan plan MODULE abort`; without a plan: banyan back";
  }
  return {};
}

}  // namespace

void add_plan(CommandSet& set) {
  const auto options = std::make_shared<PlanOptions>();
  CLI::App* added = set.command(
      "plan",
      "Let a module's traffic move by itself: on when a step was long enough and no operation is "
      "worse, back when one is",
      "  banyan plan                                   how all plans stand\n"
      "  banyan plan catalog                           this one, operation by operation\n"
      "  banyan plan catalog start --why \"compared for a week\"\n"
      "  banyan plan catalog start --steps 1%,10%,100% --dwell 30m --why \"small steps\"\n"
      "  banyan plan catalog start --steps 10%,100%,writes --why \"all of it\"\n"
      "  banyan plan catalog pause --why \"a release of something else\"\n"
      "  banyan plan catalog resume --why \"it is out\"\n"
      "  banyan plan catalog abort --why \"not this week\"       all traffic back, at once\n"
      "  banyan plan catalog abort --gradually --why \"no hurry\"  step by step\n"
      "\nWhat is not said comes from [rollouts.MODULE.plan] of the configuration.",
      [&set, options] { return plan(set.target(), *options); });
  set.asks(added);
  set.refuse_if([options, added] { return added->parsed() ? odd_plan(*options) : std::string(); });
  added->add_option("MODULE", options->module, "The module, such as catalog")->check(check_module);
  added->add_option("ACTION", options->action, "show, start, pause, resume or abort")
      ->default_str("show")
      ->check(CLI::IsMember({"show", "start", "pause", "resume", "abort"}));
  added
      ->add_option("--steps", options->steps,
                   "Shares of the reads, which grow; \"writes\" at the end moves the writes, too")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->check(check_step);
  added->add_option("--dwell", options->dwell, "How long a step lasts at least: 90s, 10m, 2h, 1d")
      ->check(check_dwell);
  added
      ->add_option("--samples", options->samples,
                   "Requests of each operation that the new side has to get in a step")
      ->check(CLI::Range(0, 1'000'000'000));
  added->add_flag("--gradually", options->gradually,
                  "abort: back along the steps, so that the old side gets warm again");
  added->add_flag(
      "--force", options->force,
      "start, resume: although the new side does not answer, or is not ready; the log tells");
  added->add_flag("--despite-differences", options->despite_differences,
                  "start, resume: although copies show that the new side answers otherwise by more "
                  "than the plan lets; the log tells, with the figures");
  set.reason_of(added, options->who, options->why, false);
}

}  // namespace banyan::cli
