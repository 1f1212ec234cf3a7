// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/comparison/comparator.hpp"

namespace banyan::strangler {

inline http::ResponseHead json_head(unsigned status = 200) {
  http::ResponseHead head;
  head.status = status;
  head.fields.add("Content-Type", "application/json");
  return head;
}

/// 2026-11-29.
inline constexpr Timestamp kToday{1'795'910'400'000'000};

/// What is declared about one rollout, and two answers compared by it.
struct Compared {
  ComparisonPlan plan{};
  Effect effect = Effect::Read;
  const json::Shape* shape = nullptr;
  AliasMap aliases{};
  Timestamp today = kToday;

  Compared& rule(std::string path, FieldRule rule) {
    plan.rules.push_back({"", std::move(path), std::move(rule)});
    return *this;
  }
  OperationRules rules() const { return {plan, "catalog.get_album", effect, shape}; }

  Comparison operator()(std::string_view old_body, std::string_view new_body) const {
    const http::ResponseHead head = json_head();
    return compare({head, old_body}, {head, new_body}, rules(), aliases, today);
  }
};

/// "value /title; missing /price": what was found, sorted by nothing but its order.
inline std::string found(const Comparison& comparison) {
  std::string text;
  for (const Difference& each : comparison.differences) {
    if (!text.empty()) text += "; ";
    text += std::string(to_string(each.kind)) + ' ' + each.path;
  }
  return text;
}

}  // namespace banyan::strangler
