// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "json_comparator.hpp"
#include "values.hpp"

namespace banyan::strangler {
namespace {

/// The value of the last member, whose key has been read, and all further members.
bool rest_of(JsonScan& scan, std::vector<Member>& all, unsigned depth) {
  bool more = false;
  if (!scan.value(all.back().value, depth + 1) || !scan.another('}', more)) return false;
  return !more || scan.members(all, depth);
}

}  // namespace

bool JsonComparator::object(JsonScan& old_scan, JsonScan& new_scan, const Place& place,
                            unsigned depth) {
  (void)old_scan.take('{');
  (void)new_scan.take('{');
  old_scan.blanks();
  new_scan.blanks();
  bool old_more = !old_scan.take('}');
  bool new_more = !new_scan.take('}');
  while (old_more && new_more) {
    std::string_view old_key;
    std::string_view new_key;
    if (!old_scan.key(old_key) || !new_scan.key(new_key)) return false;
    if (old_key != new_key) {
      return out_of_step(old_scan, new_scan, old_key, new_key, place, depth);
    }
    if (!member(old_scan, new_scan, old_key, place, depth)) return false;
    if (!old_scan.another('}', old_more) || !new_scan.another('}', new_more)) return false;
  }
  std::vector<Member> rest;
  if (old_more) {
    if (!old_scan.members(rest, depth)) return false;
    for (const Member& each : rest) lonely(DifferenceKind::Missing, each, place);
  } else if (new_more) {
    if (!new_scan.members(rest, depth)) return false;
    for (const Member& each : rest) lonely(DifferenceKind::Extra, each, place);
  }
  return true;
}

bool JsonComparator::member(JsonScan& old_scan, JsonScan& new_scan, std::string_view raw_key,
                            const Place& place, unsigned depth) {
  const std::string decoded = raw_key.contains('\\') ? unescaped_text(raw_key) : std::string();
  const std::string_view key = raw_key.contains('\\') ? std::string_view(decoded) : raw_key;
  const std::size_t back = step_into(key, place);
  const bool good = value(old_scan, new_scan, below(place, key), depth + 1);
  path_.resize(back);
  return good;
}

/// The keys are not in the same order: the rest of both, by name.
bool JsonComparator::out_of_step(JsonScan& old_scan, JsonScan& new_scan, std::string_view old_key,
                                 std::string_view new_key, const Place& place, unsigned depth) {
  std::vector<Member> old_members(1, Member{old_key, {}});
  std::vector<Member> new_members(1, Member{new_key, {}});
  if (!rest_of(old_scan, old_members, depth) || !rest_of(new_scan, new_members, depth)) {
    return false;
  }
  std::ranges::stable_sort(new_members, {}, &Member::key);
  for (Member& each : old_members) {
    auto found = std::ranges::lower_bound(new_members, each.key, {}, &Member::key);
    while (found != new_members.end() && found->key == each.key && found->matched) ++found;
    if (found == new_members.end() || found->key != each.key) {
      lonely(DifferenceKind::Missing, each, place);
      continue;
    }
    found->matched = true;
    JsonScan old_value(each.value);
    JsonScan new_value(found->value);
    if (!member(old_value, new_value, each.key, place, depth)) return false;
  }
  for (const Member& each : new_members) {
    if (!each.matched) lonely(DifferenceKind::Extra, each, place);
  }
  return true;
}

void JsonComparator::lonely(DifferenceKind kind, const Member& each, const Place& place) {
  const std::string key = unescaped_text(each.key);
  const std::size_t back = step_into(key, place);
  const Place own = below(place, key);
  const bool is_old = kind == DifferenceKind::Missing;
  differ(kind, own, is_old ? each.value : std::string_view(),
         is_old ? std::string_view() : each.value, apart::kPresence);
  path_.resize(back);
}

std::size_t JsonComparator::step_into(std::string_view key, const Place& place) {
  const std::size_t back = path_.size();
  path_ += '/';
  path_ += step_to(place, key);
  return back;
}

}  // namespace banyan::strangler
