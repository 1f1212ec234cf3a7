// SPDX-License-Identifier: Apache-2.0
#include "advice.hpp"

#include <algorithm>

#include "names.hpp"
#include "owners.hpp"

namespace banyan::mover {
namespace {

bool is_module(const std::string& owner) {
  return owner != kShared && owner != kUnowned && owner != kKit;
}

// warehouse -> warehouse's, orders -> orders'
std::string possessive(const std::string& name) {
  return name + (name.ends_with('s') ? "'" : "'s");
}

std::string give_an_owner(const std::string& table) {
  return "give " + table +
         " an owner in the manifest, or split it into one table for each module "
         "that uses it";
}

}  // namespace

std::string advice_on_foreign_key(const std::string& child, const ForeignKey& key,
                                  const std::string& owner, const std::string& other) {
  if (!is_module(owner)) return give_an_owner(child);
  if (!is_module(other)) return give_an_owner(key.parent);
  std::string advice = "make it a soft reference: rebuild " + child +
                       " without this REFERENCES (keep the column and its index) in migrations/" +
                       owner + "/separation/, and let " + owner + " ask " + possessive(other) +
                       " port whether the id exists";
  if (key.on_delete != "NO ACTION" && key.on_delete != "RESTRICT") {
    advice += "; what 'on delete " + folded(key.on_delete) + "' did, " + owner +
              " must do itself when " + other + " says that the row is gone";
  }
  return advice;
}

std::string advice_on_view(const std::string& view, const std::string& owner,
                           const std::string& other) {
  if (!is_module(other)) return "decide whose the table is; then split " + view + " at that line";
  return "drop " + view +
         ", or give each side its own part and put them together in the "
         "application through the ports of " +
         owner + " and " + other;
}

std::string advice_on_trigger(const std::string& trigger, const std::string& table,
                              const std::string& owner, const std::string& other) {
  if (!is_module(other)) {
    return "replace " + trigger + " by code of " + owner + " that writes a table of its own";
  }
  if (!is_module(owner)) return give_an_owner(table);
  return "drop " + trigger + " and do its work in code: " + owner + " calls " + possessive(other) +
         " port, or publishes an event that " + other + " handles";
}

std::string advice_on_statement(const std::string& module, const std::string& other,
                                const std::vector<Access>& accesses) {
  if (!is_module(other)) {
    return "give " + module +
           " a table of its own for this, or make one module the owner and ask "
           "it through its port";
  }
  const bool writes = std::any_of(accesses.begin(), accesses.end(),
                                  [](const Access& access) { return access.writes; });
  return writes ? "let " + other +
                      " change its own tables: call an operation of its port, as a "
                      "step of a saga if both must happen"
                : "read through " + possessive(other) +
                      " port and join in the code, or keep a copy of the "
                      "few columns that are needed";
}

}  // namespace banyan::mover
