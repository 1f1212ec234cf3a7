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
  const auto example = std::make_shared<std::string>();
  CLI::App* added = set.command(
      "replay",
      "Ask both sides once more what an example had asked, and compare (exit code 1 if they "
      "differ)",
      "  banyan replay catalog:3", [&set, example] { return replay(set.target(), *example); });
  set.asks(added);
  added
      ->add_option("EXAMPLE", *example,
                   "The example, as `banyan differences` calls it: MODULE:NUMBER")
      ->required();
}

}  // namespace

void add_comparisons(CommandSet& set) {
  add_list(set);
  add_replay(set);
}

}  // namespace banyan::cli
