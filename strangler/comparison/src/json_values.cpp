// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "banyan/kernel/in_quotes.hpp"
#include "json_comparator.hpp"
#include "masking.hpp"
#include "tolerance_text.hpp"
#include "values.hpp"

namespace banyan::strangler {
namespace {

double seconds(std::int64_t left, std::int64_t right) {
  return std::abs(static_cast<double>(left) - static_cast<double>(right)) / 1e6;
}

std::string apart_text(const FieldRule& rule) {
  const std::int64_t micros = rule.apart.count();
  if (micros == 0) return "not the same time";
  if (micros % 1'000'000 == 0) return "more than " + std::to_string(micros / 1'000'000) + "s apart";
  return "more than " + std::to_string(micros / 1'000) + "ms apart";
}

/// "ord" of "ord_0192…".
std::string_view id_prefix(std::string_view id) {
  const std::size_t end = id.find('_');
  return end == std::string_view::npos || end > 12 ? std::string_view() : id.substr(0, end);
}

}  // namespace

bool JsonComparator::run(std::string_view old_text, std::string_view new_text) {
  JsonScan old_scan(old_text);
  JsonScan new_scan(new_text);
  old_scan.blanks();
  new_scan.blanks();
  if (!value(old_scan, new_scan, root_place(rules_), 0)) return false;
  old_scan.blanks();
  new_scan.blanks();
  return old_scan.at_end() && new_scan.at_end();
}

bool JsonComparator::value(JsonScan& old_scan, JsonScan& new_scan, Place place, unsigned depth) {
  if (depth > JsonScan::kDeepest) return false;
  enter(place);
  if (place.declared != nullptr && place.declared->rule &&
      place.declared->rule->as == CompareAs::Ignored) {
    return ignored(old_scan, new_scan, *place.declared->rule, depth);
  }
  const JsonKind old_kind = old_scan.kind();
  const JsonKind new_kind = new_scan.kind();
  if (old_kind != new_kind) {
    std::string_view old_span;
    std::string_view new_span;
    if (!old_scan.value(old_span, depth) || !new_scan.value(new_span, depth)) return false;
    differ(DifferenceKind::Type, place, old_span, new_span, apart::kType);
    return true;
  }
  switch (old_kind) {
    case JsonKind::Object: return object(old_scan, new_scan, place, depth);
    case JsonKind::Array: return array(old_scan, new_scan, place, depth);
    case JsonKind::Text: {
      std::string_view old_raw;
      std::string_view new_raw;
      if (!old_scan.text(old_raw) || !new_scan.text(new_raw)) return false;
      if (old_raw != new_raw) texts(old_raw, new_raw, place);
      return true;
    }
    case JsonKind::None: return false;
    default: {
      std::string_view old_raw;
      std::string_view new_raw;
      if (!old_scan.word(old_raw) || !new_scan.word(new_raw)) return false;
      if (old_raw != new_raw) words(old_kind, old_raw, new_raw, place);
      return true;
    }
  }
}

bool JsonComparator::ignored(JsonScan& old_scan, JsonScan& new_scan, const FieldRule& rule,
                             unsigned depth) {
  std::string_view old_span;
  std::string_view new_span;
  if (!old_scan.value(old_span, depth) || !new_scan.value(new_span, depth)) return false;
  if (old_span != new_span) ignore(rule, old_span, new_span);
  return true;
}

void JsonComparator::ignore(const FieldRule& rule, std::string_view old_span,
                            std::string_view new_span) {
  const Ignoring& ignoring = *rule.ignoring;
  if (today_ <= ignoring.until) {
    if (!trying_) Findings(comparison_).ignored();
    return;
  }
  report({.kind = DifferenceKind::Expired,
          .path = path_,
          .old_value = cut(old_span),
          .new_value = cut(new_span),
          .note = "ignored until " + ignoring.until + " by " + ignoring.owner + " (" +
                  ignoring.why + "), which is over",
          .apart = apart::kText,
          .declared = true,
          .open = rule.open});
}

void JsonComparator::texts(std::string_view old_raw, std::string_view new_raw, const Place& place) {
  const bool plain = !old_raw.contains('\\') && !new_raw.contains('\\');
  const std::string old_text = plain ? std::string(old_raw) : unescaped_text(old_raw);
  const std::string new_text = plain ? std::string(new_raw) : unescaped_text(new_raw);
  if (old_text == new_text) return;
  const Resolved how = resolve(place, rules_.effect());
  const auto old_time = time_of(old_text);
  const auto new_time = time_of(new_text);
  const bool times = old_time && new_time;
  std::string note;
  switch (how.rule.as) {
    case CompareAs::GeneratedId: return ids(old_text, new_text, how, true);
    case CompareAs::SameForm:
      if (same_form(old_text, new_text)) return;
      note = old_text.empty() || new_text.empty() ? "one of the two is empty"
                                                  : "one is more than twice as long";
      break;
    case CompareAs::Number: note = "not a number on both sides"; break;
    case CompareAs::Time:
      if (!times) {
        return differ(DifferenceKind::Type, how, in_quotes(old_raw), in_quotes(new_raw),
                      apart::kType, "not a time of RFC 3339 on both sides");
      }
      if (std::abs(*old_time - *new_time) <= how.rule.apart.count()) return;
      return differ(DifferenceKind::Value, how, in_quotes(old_raw), in_quotes(new_raw),
                    magnitude(seconds(*old_time, *new_time)), apart_text(how.rule));
    default: break;
  }
  unsigned far = form_of(old_text) == form_of(new_text) ? 1 : apart::kText;
  if (times) far = magnitude(seconds(*old_time, *new_time));
  differ(DifferenceKind::Value, how, in_quotes(old_raw), in_quotes(new_raw), far, std::move(note));
}

void JsonComparator::words(JsonKind kind, std::string_view old_raw, std::string_view new_raw,
                           const Place& place) {
  const Resolved how = resolve(place, rules_.effect());
  if (kind != JsonKind::Number) {
    if (how.rule.as == CompareAs::SameForm) return;
    return differ(DifferenceKind::Value, how, old_raw, new_raw, apart::kBoolean);
  }
  if (same_number(old_raw, new_raw)) return;
  switch (how.rule.as) {
    case CompareAs::GeneratedId: return ids(old_raw, new_raw, how, false);
    case CompareAs::SameForm: return;
    case CompareAs::Number:
      if (is_within(how.rule, old_raw, new_raw)) return;
      return differ(DifferenceKind::Value, how, old_raw, new_raw,
                    magnitude(distance(old_raw, new_raw)),
                    tolerance_text(how.rule, old_raw, new_raw));
    case CompareAs::Time:
      return differ(DifferenceKind::Type, how, old_raw, new_raw, apart::kType,
                    "not a time of RFC 3339 on both sides");
    default: break;
  }
  differ(DifferenceKind::Value, how, old_raw, new_raw, magnitude(distance(old_raw, new_raw)));
}

bool JsonComparator::alias_known(std::string_view old_id, std::string_view new_id) const {
  if (aliases_.known(old_id, new_id)) return true;
  return std::ranges::any_of(comparison_.aliases, [&](const auto& pair) {
    return pair.first == old_id && pair.second == new_id;
  });
}

bool JsonComparator::alias_contradicts(std::string_view old_id, std::string_view new_id) const {
  if (aliases_.contradicts(old_id, new_id)) return true;
  return std::ranges::any_of(comparison_.aliases, [&](const auto& pair) {
    return (pair.first == old_id) != (pair.second == new_id);
  });
}

void JsonComparator::ids(std::string_view old_id, std::string_view new_id, const Resolved& how,
                         bool text) {
  if (alias_known(old_id, new_id)) return;
  const std::string old_shown = text ? in_quotes(old_id) : std::string(old_id);
  const std::string new_shown = text ? in_quotes(new_id) : std::string(new_id);
  if (alias_contradicts(old_id, new_id)) {
    return differ(DifferenceKind::Alias, how, old_shown, new_shown, apart::kAlias,
                  "one of the two stands for another id already");
  }
  if (how.by_type && rules_.effect() == Effect::Read) {
    return differ(DifferenceKind::Alias, how, old_shown, new_shown, apart::kAlias,
                  "a read makes no ids, and these were not known to be the same thing");
  }
  if (id_prefix(old_id) != id_prefix(new_id)) {
    return differ(DifferenceKind::Type, how, old_shown, new_shown, apart::kType,
                  "ids of two kinds");
  }
  comparison_.aliases.emplace_back(old_id, new_id);
}

void JsonComparator::differ(DifferenceKind kind, const Place& place, std::string_view old_raw,
                            std::string_view new_raw, Apart far, std::string note) {
  const Resolved how = resolve(place, rules_.effect());
  if (how.rule.as == CompareAs::Ignored) return ignore(how.rule, old_raw, new_raw);
  differ(kind, how, old_raw, new_raw, far, std::move(note));
}

void JsonComparator::differ(DifferenceKind kind, const Resolved& how, std::string_view old_raw,
                            std::string_view new_raw, unsigned far, std::string note) {
  report({.kind = kind,
          .path = path_,
          .old_value = cut(old_raw),
          .new_value = cut(new_raw),
          .note = std::move(note),
          .apart = static_cast<Apart>(far),
          .declared = !how.undeclared,
          .open = how.rule.open});
}

void JsonComparator::report(Difference difference) {
  ++reported_;
  if (trying_) {
    tried_different_ = true;
  } else {
    Findings(comparison_).add(std::move(difference));
  }
}

}  // namespace banyan::strangler
