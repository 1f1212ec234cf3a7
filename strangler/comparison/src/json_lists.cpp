// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "json_comparator.hpp"
#include "values.hpp"

namespace banyan::strangler {
namespace {

/// Lists without a key whose elements are compared each with each.
constexpr std::size_t kMostPaired = 64;

bool skip_elements(JsonScan& scan, std::size_t& count, unsigned depth) {
  for (bool more = true; more; ++count) {
    scan.blanks();
    if (!scan.skip(depth + 1) || !scan.another(']', more)) return false;
  }
  return true;
}

bool same_elements(std::string_view old_list, std::string_view new_list, unsigned depth) {
  std::vector<Member> old_all;
  std::vector<Member> new_all;
  JsonScan old_scan(old_list);
  JsonScan new_scan(new_list);
  if (!old_scan.elements(old_all, depth) || !new_scan.elements(new_all, depth)) return false;
  std::ranges::sort(old_all, {}, &Member::value);
  std::ranges::sort(new_all, {}, &Member::value);
  return std::ranges::equal(old_all, new_all, {}, &Member::value, &Member::value);
}

/// The value of the element's field of that name; "" when there is none.
std::string key_of(std::string_view element, std::string_view name, unsigned depth) {
  JsonScan scan(element);
  if (!scan.take('{')) return {};
  scan.blanks();
  if (scan.take('}')) return {};
  for (bool more = true; more;) {
    Member each;
    if (!scan.key(each.key) || !scan.value(each.value, depth + 1)) return {};
    if (each.key == name) {
      const bool text = each.value.starts_with('"');
      return text ? unescaped_text(each.value.substr(1, each.value.size() - 2))
                  : std::string(each.value);
    }
    if (!scan.another('}', more)) return {};
  }
  return {};
}

}  // namespace

bool JsonComparator::array(JsonScan& old_scan, JsonScan& new_scan, const Place& place,
                           unsigned depth) {
  const bool may_be_unordered =
      (place.declared != nullptr && place.declared->rule) || place.likeness != nullptr;
  if (may_be_unordered) {
    const Resolved how = resolve(place, rules_.effect());
    if (how.rule.as == CompareAs::AnyOrder) {
      return unordered(old_scan, new_scan, place, how, depth);
    }
  }
  const std::size_t old_begin = old_scan.at();
  const std::size_t new_begin = new_scan.at();
  (void)old_scan.take('[');
  (void)new_scan.take('[');
  old_scan.blanks();
  new_scan.blanks();
  bool old_more = !old_scan.take(']');
  bool new_more = !new_scan.take(']');
  const Marks before = marks();
  const Place element = element_of(place);
  const std::size_t back = path_.size();
  path_ += "/*";
  std::size_t both = 0;
  for (; old_more && new_more; ++both) {
    old_scan.blanks();
    new_scan.blanks();
    if (!value(old_scan, new_scan, element, depth + 1)) return false;
    if (!old_scan.another(']', old_more) || !new_scan.another(']', new_more)) return false;
  }
  path_.resize(back);
  if (old_more || new_more) {
    std::size_t further = 0;
    if (!skip_elements(old_more ? old_scan : new_scan, further, depth)) return false;
    // What comes after an element that is not there is compared with another one: of that
    // nothing is said.
    go_back(before);
    const std::size_t old_size = both + (old_more ? further : 0);
    const std::size_t new_size = both + (new_more ? further : 0);
    differ(DifferenceKind::Size, place, std::to_string(old_size), std::to_string(new_size),
           apart::kSize, "elements");
  } else if (reported_ != before.reported &&
             same_elements(old_scan.since(old_begin), new_scan.since(new_begin), depth)) {
    go_back(before);
    differ(DifferenceKind::Order, place, old_scan.since(old_begin), new_scan.since(new_begin),
           apart::kOrder);
  }
  return true;
}

bool JsonComparator::unordered(JsonScan& old_scan, JsonScan& new_scan, const Place& place,
                               const Resolved& how, unsigned depth) {
  std::vector<Member> old_all;
  std::vector<Member> new_all;
  if (!old_scan.elements(old_all, depth) || !new_scan.elements(new_all, depth)) return false;
  if (old_all.size() != new_all.size()) {
    differ(DifferenceKind::Size, how, std::to_string(old_all.size()),
           std::to_string(new_all.size()), apart::kSize, "elements");
  }
  const Place element = element_of(place);
  const std::size_t back = path_.size();
  path_ += "/*";
  const bool good = how.rule.key.empty() ? match_each_with_each(old_all, new_all, element, depth)
                                         : match_by_key(old_all, new_all, how, element, depth);
  if (good && old_all.size() == new_all.size()) {
    for (const Member& each : old_all) {
      if (!each.matched) alone(DifferenceKind::Missing, each, how);
    }
    for (const Member& each : new_all) {
      if (!each.matched) alone(DifferenceKind::Extra, each, how);
    }
  }
  path_.resize(back);
  return good;
}

void JsonComparator::alone(DifferenceKind kind, const Member& each, const Resolved& how) {
  const bool is_old = kind == DifferenceKind::Missing;
  differ(kind, how, is_old ? each.value : std::string_view(),
         is_old ? std::string_view() : each.value, apart::kPresence,
         how.rule.key.empty() ? "no element like it on the other side"
                              : "no element with this " + how.rule.key + " on the other side");
}

bool JsonComparator::match_by_key(std::vector<Member>& old_all, std::vector<Member>& new_all,
                                  const Resolved& how, const Place& element, unsigned depth) {
  std::vector<std::pair<std::string, Member*>> by_key;
  for (Member& each : new_all) {
    std::string key = key_of(each.value, how.rule.key, depth);
    // An id of the new side's is looked for under the name that the old side has for it.
    if (const auto old_id = aliases_.old_of(key)) key = *old_id;
    by_key.emplace_back(std::move(key), &each);
  }
  using Keyed = std::pair<std::string, Member*>;
  std::ranges::stable_sort(by_key, {}, &Keyed::first);
  for (Member& each : old_all) {
    const std::string key = key_of(each.value, how.rule.key, depth);
    auto found = std::ranges::lower_bound(by_key, key, {}, &Keyed::first);
    while (found != by_key.end() && found->first == key && found->second->matched) ++found;
    if (found == by_key.end() || found->first != key) continue;
    each.matched = found->second->matched = true;
    JsonScan old_value(each.value);
    JsonScan new_value(found->second->value);
    if (!value(old_value, new_value, element, depth + 1)) return false;
  }
  return true;
}

bool JsonComparator::match_each_with_each(std::vector<Member>& old_all,
                                          std::vector<Member>& new_all, const Place& element,
                                          unsigned depth) {
  std::ranges::stable_sort(old_all, {}, &Member::value);
  std::ranges::stable_sort(new_all, {}, &Member::value);
  // First those with the same bytes, by merging.
  for (std::size_t i = 0, j = 0; i < old_all.size() && j < new_all.size();) {
    if (old_all[i].value == new_all[j].value) {
      old_all[i++].matched = new_all[j++].matched = true;
    } else {
      ++(old_all[i].value < new_all[j].value ? i : j);
    }
  }
  const auto unmatched = [](const Member& each) { return !each.matched; };
  if (static_cast<std::size_t>(std::ranges::count_if(old_all, unmatched)) > kMostPaired) {
    return true;
  }
  for (Member& old_one : old_all) {
    if (old_one.matched) continue;
    for (Member& new_one : new_all) {
      if (new_one.matched) continue;
      bool alike = false;
      if (!try_out(old_one.value, new_one.value, element, depth, alike)) return false;
      if (!alike) continue;
      old_one.matched = new_one.matched = true;
      break;
    }
  }
  return true;
}

/// Are they the same by their rules? Says nothing of what differs.
bool JsonComparator::try_out(std::string_view old_one, std::string_view new_one,
                             const Place& element, unsigned depth, bool& alike) {
  const bool was_trying = std::exchange(trying_, true);
  const bool had_tried = std::exchange(tried_different_, false);
  const std::size_t aliases = comparison_.aliases.size();
  JsonScan old_value(old_one);
  JsonScan new_value(new_one);
  const bool good = value(old_value, new_value, element, depth + 1);
  alike = !tried_different_;
  if (!alike) comparison_.aliases.resize(aliases);
  trying_ = was_trying;
  tried_different_ = had_tried;
  return good;
}

}  // namespace banyan::strangler
