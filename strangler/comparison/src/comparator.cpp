// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/comparator.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "findings.hpp"
#include "json_comparator.hpp"
#include "masking.hpp"
#include "values.hpp"

namespace banyan::strangler {
namespace {

constexpr std::array<std::string_view, kDifferenceKinds> kKindNames = {
    "status", "header", "value", "order",   "size", "missing",
    "extra",  "type",   "alias", "expired", "bytes"};

std::string_view media_type(std::string_view value) {
  value = value.substr(0, value.find(';'));
  while (value.ends_with(' ')) value.remove_suffix(1);
  return value;
}

bool is_json(const http::ResponseHead& head) {
  const auto type = head.fields.find("Content-Type");
  if (!type) return false;
  const std::string_view media = media_type(*type);
  return http::equals_ignoring_case(media, "application/json") ||
         (media.size() > 5 && http::equals_ignoring_case(media.substr(media.size() - 5), "+json"));
}

/// The parts of a Location or a link: steps, keys and values.
std::vector<std::string_view> parts_of(std::string_view value) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find_first_of("/?&=#", begin), value.size());
    parts.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

class HeaderComparison {
 public:
  HeaderComparison(const OperationRules& rules, const AliasMap& aliases, const std::string& today,
                   Comparison& comparison)
      : rules_(rules), aliases_(aliases), today_(today), comparison_(comparison) {}

  void compare(const std::string& name, const http::Fields& old_fields,
               const http::Fields& new_fields) {
    const auto old_value = old_fields.find(name);
    const auto new_value = new_fields.find(name);
    if (old_value == new_value) return;
    const FieldRule rule = rules_.header_rule(name);
    std::string note;
    DifferenceKind kind = DifferenceKind::Header;
    if (rule.as == CompareAs::Ignored) {
      if (today_ <= rule.ignoring->until) return Findings(comparison_).ignored();
      kind = DifferenceKind::Expired;
      note = "ignored until " + rule.ignoring->until + " by " + rule.ignoring->owner + " (" +
             rule.ignoring->why + "), which is over";
    } else if (old_value && new_value && same(rule, name, *old_value, *new_value)) {
      return;
    }
    Findings(comparison_)
        .add({.kind = kind,
              .path = "header:" + name,
              .old_value = cut(old_value.value_or("")),
              .new_value = cut(new_value.value_or("")),
              .note = std::move(note),
              .apart = old_value && new_value ? apart::kText : apart::kPresence,
              .declared = true,
              .open = rule.open || name == "content-type"});
  }

 private:
  bool same(const FieldRule& rule, std::string_view name, std::string_view old_value,
            std::string_view new_value) {
    switch (rule.as) {
      case CompareAs::SameForm: return same_form(old_value, new_value);
      case CompareAs::GeneratedId: return same_but_ids(old_value, new_value);
      case CompareAs::Number:
        return distance(old_value, new_value) <=
               (rule.within_share ? rule.within * std::abs(number_of(old_value)) : rule.within);
      default: break;
    }
    // Parameters such as the charset are told apart only where somebody says so.
    return name == "content-type" &&
           http::equals_ignoring_case(media_type(old_value), media_type(new_value));
  }

  /// The same text with other ids in it, each of which stands for one of the old side's.
  bool same_but_ids(std::string_view old_value, std::string_view new_value) {
    const auto old_parts = parts_of(old_value);
    const auto new_parts = parts_of(new_value);
    if (old_parts.size() != new_parts.size()) return false;
    std::vector<std::pair<std::string, std::string>> learnt;
    for (std::size_t i = 0; i < old_parts.size(); ++i) {
      if (old_parts[i] == new_parts[i] || aliases_.known(old_parts[i], new_parts[i])) continue;
      const std::pair<std::string, std::string> pair(old_parts[i], new_parts[i]);
      if (std::ranges::find(comparison_.aliases, pair) != comparison_.aliases.end()) continue;
      if (old_parts[i].empty() || new_parts[i].empty() ||
          aliases_.contradicts(old_parts[i], new_parts[i]) ||
          !same_form(old_parts[i], new_parts[i])) {
        return false;
      }
      learnt.push_back(pair);
    }
    comparison_.aliases.insert(comparison_.aliases.end(), learnt.begin(), learnt.end());
    return true;
  }

  const OperationRules& rules_;
  const AliasMap& aliases_;
  const std::string& today_;
  Comparison& comparison_;
};

/// The first byte in which they differ.
std::string where_bytes_differ(std::string_view left, std::string_view right) {
  const auto at = std::ranges::mismatch(left, right).in1 - left.begin();
  return "from byte " + std::to_string(at) + " on, of " + std::to_string(left.size()) + " and " +
         std::to_string(right.size());
}

void compare_bodies(const Answer& old_answer, const Answer& new_answer, const OperationRules& rules,
                    const AliasMap& aliases, const std::string& today, Comparison& comparison) {
  if (is_json(old_answer.head) && is_json(new_answer.head)) {
    Comparison attempt = comparison;
    if (JsonComparator(rules, aliases, today, attempt).run(old_answer.body, new_answer.body)) {
      comparison = std::move(attempt);
      return;
    }
  }
  Findings(comparison)
      .add({.kind = DifferenceKind::Bytes,
            .path = "",
            .old_value = cut(old_answer.body),
            .new_value = cut(new_answer.body),
            .note = where_bytes_differ(old_answer.body, new_answer.body),
            .apart = apart::kAnswer,
            .declared = false,
            .open = false});
}

}  // namespace

std::string_view to_string(DifferenceKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

Comparison compare(const Answer& old_answer, const Answer& new_answer, const OperationRules& rules,
                   const AliasMap& aliases, Timestamp today) {
  Comparison comparison;
  if (old_answer.head.status != new_answer.head.status) {
    comparison.differences.push_back({.kind = DifferenceKind::Status,
                                      .path = "status",
                                      .old_value = std::to_string(old_answer.head.status),
                                      .new_value = std::to_string(new_answer.head.status),
                                      .note = {},
                                      .apart = apart::kAnswer,
                                      .declared = true,
                                      .open = true});
    return comparison;
  }
  const std::string day = day_of(today.micros);
  HeaderComparison headers(rules, aliases, day, comparison);
  for (const std::string& name : rules.headers()) {
    headers.compare(name, old_answer.head.fields, new_answer.head.fields);
  }
  comparison.same_bytes =
      old_answer.body.size() == new_answer.body.size() &&
      (old_answer.body.empty() ||
       std::memcmp(old_answer.body.data(), new_answer.body.data(), old_answer.body.size()) == 0);
  if (!comparison.same_bytes) {
    compare_bodies(old_answer, new_answer, rules, aliases, day, comparison);
  }
  return comparison;
}

}  // namespace banyan::strangler
