// SPDX-License-Identifier: Apache-2.0
#include "page_parts.hpp"
#include "text.hpp"

namespace banyan::map {
namespace {

std::string repeated(const OperationInfo& operation) {
  if (operation.repeated == "natural") return "yes";
  return operation.repeated == "by_key" ? "under a key" : "no";
}

}  // namespace

std::string operations_page(const Description& description) {
  std::string out =
      "# Operations of " + description.title + "\n\n" + kMadeBy +
      "\nEverything that can be asked for, by module. A *command* changes something, a"
      " *query* does not; *again* is whether it can be repeated without harm; what is"
      " *internal* is for other modules only. What each wants, promises and refuses is on"
      " the canvas of its module.\n";
  for (const ModuleInfo& module : description.modules) {
    out += "\n## " + module.name + " " + module.version + "\n\n" + cell(purpose_of(module)) +
           " [Canvas](modules/" + module.name + ".md).\n\n" +
           "| operation | kind | again | audience | at | what it does |\n"
           "| --- | --- | --- | --- | --- | --- |\n";
    for (const OperationInfo& each : module.operations) {
      out += "| [`" + each.name + "`](modules/" + module.name + ".md#" + each.name + ") | " +
             kind_of(each) + " | " + repeated(each) + " | " +
             (each.internal ? "internal" : "public") + " | " + place_of(each) + " | " +
             or_dash(cell(each.summary)) + " |\n";
    }
  }
  return out;
}

}  // namespace banyan::map
