// SPDX-License-Identifier: Apache-2.0
#include "banyan/map/pages.hpp"

#include "banyan/map/context_map.hpp"
#include "page_parts.hpp"
#include "relations.hpp"
#include "text.hpp"

namespace banyan::map {
namespace {

using Kind = Relation::Kind;

std::string row_of(const Relation& relation) {
  const std::string what = or_dash(codes(relation.what));
  switch (relation.kind) {
    case Kind::Call:
      return "| " + link_to(relation.from) + " | calls | " + link_to(relation.to) + " | " + what +
             " |\n";
    case Kind::Event:
      return "| " + link_to(relation.to) + " | follows | " + link_to(relation.from) + " | " + what +
             " |\n";
    case Kind::Party:
      return "| " + link_to(relation.from) + " | works with | *" +
             relation.to.substr(relation.to.find('.') + 1) + "*, outside | – |\n";
    case Kind::Violation:
      return "| " + link_to(relation.from) + " | **touches tables of** | " +
             (relation.target == Relation::Target::Module ? link_to(relation.to) : "nobody") +
             " | " + what + " |\n";
  }
  return {};
}

std::string module_table(const Description& description) {
  std::string out =
      "| module | | operations | events | tables |\n| --- | --- | --- | --- | --- |\n";
  for (const ModuleInfo& each : description.modules) {
    out += "| " + link_to(each.name) + " | " + cell(purpose_of(each)) + " | " +
           std::to_string(each.operations.size()) + " | " + std::to_string(each.events.size()) +
           " | " + std::to_string(each.tables.size()) + " |\n";
  }
  return out;
}

std::string shared_tables(const Description& description) {
  if (description.shared_tables.empty()) return {};
  std::string out = "\n## Tables that belong to nobody yet\n\n| table | used by |\n| --- | --- |\n";
  for (const SharedTableInfo& each : description.shared_tables) {
    std::string users;
    for (const std::string& user : each.users) users += (users.empty() ? "" : ", ") + link_to(user);
    out += "| `" + each.table + "` | " + or_dash(users) + " |\n";
  }
  return out;
}

std::string first_page(const Description& description) {
  std::string out = "# The map of " + description.title + "\n\n" + kMadeBy + "\n" +
                    description.summary + "\n\n![Context map](context-map.svg)\n\n" +
                    module_table(description) + "\n[All operations](operations.md).\n";
  std::string rows;
  for (const Relation& each : relations(description)) rows += row_of(each);
  if (!rows.empty()) {
    out +=
        "\n## What is between them\n\nWho calls is *downstream*: what the other, *upstream*, "
        "publishes is"
        " what it lives with.\n\n| | | | by name |\n| --- | --- | --- | --- |\n" +
        rows;
  }
  return out + shared_tables(description);
}

}  // namespace

std::string kind_of(const OperationInfo& operation) {
  return operation.writes ? "command" : "query";
}

std::string place_of(const OperationInfo& operation) {
  return '`' + operation.method + ' ' + operation.path + '`';
}

std::string purpose_of(const ModuleInfo& module) {
  return module.purpose.empty() ? module.summary : module.purpose;
}

std::string link_to(const std::string& module, int depth) {
  return '[' + module + "](" + (depth == 0 ? "modules/" : "") + module + ".md)";
}

std::map<std::string, std::string> pages(const Description& description) {
  std::map<std::string, std::string> all{
      {"README.md", first_page(description)},
      {"context-map.svg", context_map_svg(description)},
      {"operations.md", operations_page(description)},
  };
  for (const ModuleInfo& each : description.modules) {
    all["modules/" + each.name + ".md"] = module_page(description, each);
  }
  return all;
}

}  // namespace banyan::map
