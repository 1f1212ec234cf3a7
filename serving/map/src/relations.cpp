// SPDX-License-Identifier: Apache-2.0
#include "relations.hpp"

#include <algorithm>
#include <map>

namespace banyan::map {
namespace {

void add_calls(const Description& description, std::vector<Relation>& all) {
  for (const ModuleInfo& module : description.modules) {
    for (const std::string& need : module.needs) {
      const ModuleInfo* upstream = description.find(need);
      if (upstream == nullptr) continue;
      all.push_back({.kind = Relation::Kind::Call,
                     .from = module.name,
                     .to = need,
                     .what = calls_between(*upstream, module)});
    }
  }
}

void add_events(const Description& description, std::vector<Relation>& all) {
  for (const ModuleInfo& publisher : description.modules) {
    for (const ModuleInfo& follower : description.modules) {
      auto events = events_between(publisher, follower);
      if (events.empty()) continue;
      all.push_back({.kind = Relation::Kind::Event,
                     .from = publisher.name,
                     .to = follower.name,
                     .what = std::move(events)});
    }
  }
}

void add_parties(const ModuleInfo& module, std::vector<Relation>& all) {
  for (const std::string& party : module.parties) {
    all.push_back({.kind = Relation::Kind::Party,
                   .from = module.name,
                   .to = party,
                   .target = Relation::Target::Party});
  }
}

void add_violations(const Description& description, const ModuleInfo& module,
                    std::vector<Relation>& all) {
  std::map<std::string, std::vector<std::string>> by_owner;
  for (const ViolationInfo& violation : module.violations) {
    const std::string owner = owner_of(description, violation.table);
    if (owner.empty()) {
      all.push_back({.kind = Relation::Kind::Violation,
                     .from = module.name,
                     .to = violation.table,
                     .target = Relation::Target::SharedTable,
                     .what = {violation.table}});
    } else if (owner != module.name) {
      by_owner[owner].push_back(violation.table);
    }
  }
  for (auto& [owner, tables] : by_owner) {
    all.push_back({.kind = Relation::Kind::Violation,
                   .from = module.name,
                   .to = owner,
                   .what = std::move(tables)});
  }
}

}  // namespace

std::vector<std::string> events_between(const ModuleInfo& publisher, const ModuleInfo& follower) {
  std::vector<std::string> events;
  for (const std::string& event : follower.follows) {
    if (event.starts_with(publisher.name + '.')) {
      events.push_back(event.substr(publisher.name.size() + 1));
    }
  }
  return events;
}

std::vector<std::string> calls_between(const ModuleInfo& upstream, const ModuleInfo& downstream) {
  std::vector<std::string> calls;
  for (const OperationInfo& operation : upstream.operations) {
    if (std::ranges::find(operation.callers, downstream.name) != operation.callers.end()) {
      calls.push_back(operation.name);
    }
  }
  return calls;
}

std::string owner_of(const Description& description, const std::string& table) {
  for (const ModuleInfo& module : description.modules) {
    if (std::ranges::find(module.tables, table) != module.tables.end()) return module.name;
  }
  return {};
}

std::vector<Relation> relations(const Description& description) {
  std::vector<Relation> all;
  add_calls(description, all);
  add_events(description, all);
  for (const ModuleInfo& module : description.modules) {
    add_parties(module, all);
    add_violations(description, module, all);
  }
  return all;
}

}  // namespace banyan::map
