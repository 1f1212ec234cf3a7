// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/rules.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "banyan/json/shape.hpp"

namespace banyan::strangler {
namespace {

constexpr std::string_view kHeader = "header:";

constexpr std::array<std::pair<CompareAs, std::string_view>, 7> kNames = {
    {{CompareAs::Exact, "exact"},
     {CompareAs::Number, "number"},
     {CompareAs::Time, "time"},
     {CompareAs::GeneratedId, "generated_id"},
     {CompareAs::AnyOrder, "any_order"},
     {CompareAs::SameForm, "same_form"},
     {CompareAs::Ignored, "ignored"}}};

/// "~1" is "/", "~0" is "~" (RFC 6901).
std::string unescaped(std::string_view step) {
  std::string text;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '~' && i + 1 < step.size()) {
      text += step[++i] == '1' ? '/' : '~';
    } else {
      text += step[i];
    }
  }
  return text;
}

void put(RuleNode& root, std::string_view path, const FieldRule& rule) {
  RuleNode* node = &root;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view step = path.substr(0, path.find('/'));
    path.remove_prefix(step.size());
    std::unique_ptr<RuleNode>& next = step == "*" ? node->any : node->children[unescaped(step)];
    if (!next) next = std::make_unique<RuleNode>();
    node = next.get();
  }
  node->rule = rule;
}

}  // namespace

std::string_view to_string(CompareAs as) {
  const auto* const found = std::ranges::find(kNames, as, &decltype(kNames)::value_type::first);
  return found->second;
}

std::optional<CompareAs> compare_as_from(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name, &decltype(kNames)::value_type::second);
  if (found == kNames.end()) return std::nullopt;
  return found->first;
}

bool is_field_path(std::string_view path) {
  if (path.empty() || path == "status") return true;
  if (path.starts_with(kHeader)) return path.size() > kHeader.size();
  if (path.front() != '/') return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '~' && (i + 1 == path.size() || (path[i + 1] != '0' && path[i + 1] != '1'))) {
      return false;
    }
  }
  return true;
}

const RuleNode* RuleNode::below(std::string_view step) const {
  if (!children.empty()) {
    if (const auto found = children.find(step); found != children.end()) {
      return found->second.get();
    }
  }
  return any.get();
}

OperationRules::OperationRules(const ComparisonPlan& plan, std::string_view operation,
                               Effect effect, const json::Shape* answer, const json::Shape* request)
    : headers_(plan.headers), answer_(answer), request_(request), effect_(effect) {
  if (effect == Effect::Write) {
    header_rules_["location"] = FieldRule{.as = CompareAs::GeneratedId};
  }
  for (const bool own : {false, true}) {
    for (const DeclaredRule& each : plan.rules) {
      if (own ? each.operation != operation : !each.operation.empty()) continue;
      if (each.path.starts_with(kHeader)) {
        header_rules_[each.path.substr(kHeader.size())] = each.rule;
      } else if (each.path.empty() || each.path.front() == '/') {
        put(root_, each.path, each.rule);
      }
    }
  }
}

FieldRule OperationRules::header_rule(std::string_view lower_case_name) const {
  const auto found = header_rules_.find(lower_case_name);
  return found == header_rules_.end() ? FieldRule{} : found->second;
}

bool OperationRules::is_open_parameter(std::string_view name) const {
  const json::Field* const field =
      request_ == nullptr ? nullptr : json::find_field(*request_, name);
  if (field == nullptr) return false;
  const bool is_one_of_few = json::content_of(*field).kind == json::Kind::Enumeration;
  return is_one_of_few || (field->likeness != nullptr && field->likeness->open_to_people);
}

}  // namespace banyan::strangler
