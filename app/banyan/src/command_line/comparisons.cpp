// SPDX-License-Identifier: Apache-2.0
// What copies of reads have shown of the two sides.
#include <memory>

#include "command_line/groups.hpp"

namespace banyan::cli {
namespace {

void add_list(CommandSet& set) {
  const auto module = std::make_shared<std::string>();
  CLI::App* added = set.command(
      "differences",
      "Show what the new side answers otherwise than the old one: copies, fields, opinions, "
      "examples",
      "  banyan differences\n"
      "  banyan differences catalog\n"
      "  banyan differences catalog --json | jq '.modules[].report.fields[].path'",
      [&set, module] { return differences(set.target(), *module); });
  set.asks(added);
  added->add_option("MODULE", *module, "Only this module")->check(check_module);
}

void add_replay(CommandSet& set) {
  const auto options = std::make_shared<ReplayOptions>();
  CLI::App* added = set.command(
      "replay",
      "Ask both sides once more what an example had asked, and compare (exit code 1 if they "
      "differ)",
      "  banyan replay catalog:3\n"
      "  banyan replay catalog:3 --target '/albums/alb_0192…?q=blue'     what was masked\n"
      "  banyan replay catalog:3 --header 'Cookie: session=…'            what was taken out\n"
      "  banyan replay catalog:3 --header @session.txt                   not in the shell's "
      "history",
      [&set, options] { return replay(set.target(), *options); });
  set.asks(added);
  added
      ->add_option("EXAMPLE", options->example,
                   "The example, as `banyan differences` calls it: MODULE:NUMBER")
      ->required();
  added->add_option(
      "--target", options->target,
      "Path and query as they were, where the example has them masked, or @FILE that has "
      "them; used for this once, and kept nowhere");
  added
      ->add_option("--header", options->headers,
                   "A field that the example says was taken out, \"NAME: VALUE\", or @FILE with a "
                   "line for each; may be repeated; used for this once, and kept nowhere")
      ->allow_extra_args(false);
  added
      ->add_option("--body", options->body_file,
                   "A file with the body as it was, where the example has it masked or cut; - is "
                   "standard input")
      ->type_name("FILE");
  set.reason_of(added, options->who, options->why, false, "the log of the process");
}

}  // namespace

void add_comparisons(CommandSet& set) {
  add_list(set);
  add_replay(set);
}

}  // namespace banyan::cli
