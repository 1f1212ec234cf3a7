// SPDX-License-Identifier: Apache-2.0
#include "ownership.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <tuple>

#include "banyan/sql/fault.hpp"
#include "banyan/sql/statement_shape.hpp"

namespace banyan::sql {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

std::string Violation::message() const {
  std::string text = "module '" + module + "' " + action + " '" + table + "'";
  if (!via.empty()) text += " through '" + via + "'";
  text += ", which it does not own: " + statement;
  text += "\nAsk the port of the module that owns '" + table +
          "' instead, or name the table in TABLES of '" + module +
          "' when it is its own. A violation that stays for now belongs into the baseline, with a "
          "reason.";
  return text;
}

Ownership::Ownership(const Options& options)
    : guarding_(options.guarding), on_violation_(options.on_violation), clock_(options.clock) {
  modules_.push_back({"the kit", {}, {}});
}

std::size_t Ownership::add(const std::string& module, const std::vector<std::string>& tables,
                           const std::vector<BoundaryViolation>& violations) {
  Rights rights{module, {}, {}};
  for (const auto& table : tables) rights.tables.insert(lower(table));
  for (const auto& violation : violations) {
    if (violation.reason.empty()) {
      throw Fault(FaultKind::Misuse, "module '" + module + "' crosses to '" + violation.table +
                                         "' without a reason. Say in the baseline why it is still "
                                         "so, or take the violation out.");
    }
    rights.violations.insert(lower(violation.table));
  }
  const std::unique_lock lock(mutex_);
  for (std::size_t i = 1; i < modules_.size(); ++i) {
    if (modules_[i].module != module) continue;
    if (modules_[i].tables == rights.tables && modules_[i].violations == rights.violations)
      return i;
    throw Fault(FaultKind::Misuse, "module '" + module +
                                       "' is opened a second time, with other tables. A module's "
                                       "tables are said once, in TABLES of its CMakeLists.txt.");
  }
  modules_.push_back(std::move(rights));
  return modules_.size() - 1;
}

const Rights& Ownership::rights(std::size_t module) const {
  const std::shared_lock lock(mutex_);
  return modules_[module];
}

std::vector<std::string> Ownership::modules() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> names;
  for (std::size_t i = kKit + 1; i < modules_.size(); ++i) names.push_back(modules_[i].module);
  return names;
}

bool Ownership::owns(std::size_t module, std::string_view table) const {
  const Rights& mine = rights(module);
  const std::string name = lower(table);
  return mine.tables.contains(name) || is_shadow_of_own(mine, name);
}

bool Ownership::may_touch(std::size_t module, std::string_view table) const {
  return rights(module).violations.contains(lower(table)) || owns(module, table);
}

// Full text search keeps its index in tables beside the one that it is asked through.
bool Ownership::is_shadow_of_own(const Rights& mine, const std::string& name) const {
  static constexpr std::array<std::string_view, 5> kParts = {"_data", "_idx", "_content",
                                                             "_docsize", "_config"};
  const auto part = std::ranges::find_if(
      kParts, [&](std::string_view each) { return std::string_view(name).ends_with(each); });
  if (part == kParts.end() || !mine.tables.contains(name.substr(0, name.size() - part->size()))) {
    return false;
  }
  const std::shared_lock lock(mutex_);
  return std::ranges::none_of(modules_,
                              [&](const Rights& each) { return each.tables.contains(name); });
}

void Ownership::report(const Violation& violation) {
  if (!on_violation_) return;
  {
    const std::unique_lock lock(mutex_);
    const auto key = violation.module + '\n' + violation.table + '\n' + violation.action + '\n' +
                     violation.via + '\n' + violation.statement;
    constexpr std::size_t kMostRemembered = 10'000;
    if (reported_.size() >= kMostRemembered || !reported_.insert(key).second) return;
  }
  on_violation_(violation);
}

void Ownership::note(std::size_t module, std::string_view sql, bool crosses) {
  if (module == kKit) return;
  const std::pair key(module, statement_shape(sql));
  const std::unique_lock lock(mutex_);
  const Timestamp now = clock_->now();
  if (const auto known = statements_.find(key); known != statements_.end()) {
    known->second.last_run = now;
    known->second.crosses = crosses;
    return;
  }
  // A module whose statements differ each time must not fill the memory: the oldest goes, and what
  // crosses last.
  constexpr std::size_t kMostStatements = 2'000;
  if (statements_.size() >= kMostStatements) {
    statements_.erase(std::ranges::min_element(statements_, {}, [](const auto& each) {
      return std::tuple(each.second.crosses, each.second.last_run);
    }));
  }
  statements_.emplace(key, Noted{std::string(sql), now, crosses});
}

std::vector<ModuleStatement> Ownership::statements() const {
  const std::shared_lock lock(mutex_);
  std::vector<ModuleStatement> all;
  all.reserve(statements_.size());
  for (const auto& [key, noted] : statements_) {
    all.push_back({modules_[key.first].module, noted.sql, noted.last_run, noted.crosses});
  }
  return all;
}

}  // namespace banyan::sql
