// SPDX-License-Identifier: Apache-2.0
#include "places.hpp"

#include <chrono>

#include "banyan/kernel/likeness.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kLongestKey = 64;

/// What can be meant by a key that is no name but data: an id, a date, an address.
bool is_data(std::string_view key) {
  if (key.empty() || key.size() > kLongestKey) return true;
  if (key.front() >= '0' && key.front() <= '9') return true;
  std::size_t digits = 0;
  for (const char c : key) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    digits += digit ? 1 : 0;
    if (!letter && !digit && c != '_' && c != '-' && c != '.' && c != '$' && c != '@') return true;
  }
  return digits >= 8 || key.contains('@');
}

std::string escaped_step(std::string_view key) {
  std::string step;
  for (const char c : key) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

bool is_map(const Place& place) {
  return (place.described != nullptr && place.described->kind == json::Kind::Map) ||
         (place.declared != nullptr && place.declared->any != nullptr);
}

FieldRule described_rule(const Likeness& likeness, const Place& place) {
  FieldRule rule;
  rule.open = likeness.open_to_people;
  switch (likeness.as) {
    case Alike::Exact: break;
    case Alike::Near: {
      const bool is_time = place.described != nullptr && place.described->kind == json::Kind::Text;
      rule.as = is_time ? CompareAs::Time : CompareAs::Number;
      rule.within = likeness.within;
      rule.apart = std::chrono::milliseconds(likeness.within_ms);
      break;
    }
    case Alike::Generated: rule.as = CompareAs::GeneratedId; break;
    case Alike::AnyOrder:
      rule.as = CompareAs::AnyOrder;
      rule.key = likeness.key;
      break;
    case Alike::SameForm: rule.as = CompareAs::SameForm; break;
  }
  return rule;
}

}  // namespace

Place root_place(const OperationRules& rules) {
  return {.declared = &rules.declared(), .described = rules.answer()};
}

Place below(const Place& place, std::string_view key) {
  Place next{.form_only = place.form_only};
  if (place.declared != nullptr) next.declared = place.declared->below(key);
  if (place.described == nullptr) return next;
  if (place.described->kind == json::Kind::Map) {
    next.described = &place.described->container->element();
  } else if (place.described->kind == json::Kind::Object) {
    if (const json::Field* const field = json::find_field(*place.described, key)) {
      next.described = &json::content_of(*field);
      next.likeness = field->likeness;
      next.money = place.described->type_name == "banyan::Money";
    }
  }
  return next;
}

Place element_of(const Place& place) {
  Place next{.form_only = place.form_only};
  if (place.declared != nullptr) next.declared = place.declared->any.get();
  if (place.described != nullptr && place.described->kind == json::Kind::Array) {
    next.described = &place.described->container->element();
  }
  return next;
}

void enter(Place& place) {
  if (place.declared != nullptr && place.declared->rule) {
    place.form_only = place.declared->rule->as == CompareAs::SameForm;
  } else if (place.likeness != nullptr && place.likeness->as == Alike::SameForm) {
    place.form_only = true;
  }
}

Resolved resolve(const Place& place, Effect effect) {
  if (place.declared != nullptr && place.declared->rule) return {.rule = *place.declared->rule};
  if (place.form_only) return {.rule = FieldRule{.as = CompareAs::SameForm}};
  if (place.likeness != nullptr) {
    return {.rule = described_rule(*place.likeness, place), .by_type = true};
  }
  if (place.money) return {.rule = {}, .by_type = true};
  if (place.described != nullptr && place.described->kind == json::Kind::Text) {
    if (place.described->text->is_id) {
      return {.rule = FieldRule{.as = CompareAs::GeneratedId}, .by_type = true};
    }
    if (place.described->text->format == "date-time") {
      const auto apart =
          effect == Effect::Write ? OperationRules::kOwnClocks : std::chrono::microseconds(0);
      return {.rule = FieldRule{.as = CompareAs::Time, .apart = apart}, .by_type = true};
    }
  }
  return {.rule = {}, .undeclared = true};
}

std::string step_to(const Place& object, std::string_view key) {
  const bool described = object.described != nullptr &&
                         object.described->kind == json::Kind::Object &&
                         json::find_field(*object.described, key) != nullptr;
  const bool named =
      described || (object.declared != nullptr && object.declared->children.contains(key));
  if (!named && (is_map(object) || is_data(key))) return "*";
  return escaped_step(key);
}

}  // namespace banyan::strangler
