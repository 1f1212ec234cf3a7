// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/comparison/comparator.hpp"
#include "findings.hpp"
#include "json_scan.hpp"
#include "places.hpp"

namespace banyan::strangler {

/// Reads two texts of JSON side by side. What it finds goes into a Comparison; a function that
/// returns false has found that a text is no JSON, or too deep.
class JsonComparator {
 public:
  JsonComparator(const OperationRules& rules, const AliasMap& aliases, const std::string& today,
                 Comparison& comparison)
      : rules_(rules), aliases_(aliases), today_(today), comparison_(comparison) {}

  bool run(std::string_view old_text, std::string_view new_text);

 private:
  // Both scans are at the beginning of a value, and behind it afterwards.
  bool value(JsonScan& old_scan, JsonScan& new_scan, Place place, unsigned depth);
  bool ignored(JsonScan& old_scan, JsonScan& new_scan, const FieldRule& rule, unsigned depth);
  void ignore(const FieldRule& rule, std::string_view old_span, std::string_view new_span);
  void texts(std::string_view old_raw, std::string_view new_raw, const Place& place);
  void words(JsonKind kind, std::string_view old_raw, std::string_view new_raw, const Place& place);

  void ids(std::string_view old_id, std::string_view new_id, const Resolved& how, bool text);
  bool alias_known(std::string_view old_id, std::string_view new_id) const;
  bool alias_contradicts(std::string_view old_id, std::string_view new_id) const;

  bool object(JsonScan& old_scan, JsonScan& new_scan, const Place& place, unsigned depth);
  bool member(JsonScan& old_scan, JsonScan& new_scan, std::string_view raw_key, const Place& place,
              unsigned depth);
  /// The keys are not in the same order: the rest of both, by name.
  bool out_of_step(JsonScan& old_scan, JsonScan& new_scan, std::string_view old_key,
                   std::string_view new_key, const Place& place, unsigned depth);
  void lonely(DifferenceKind kind, const Member& each, const Place& place);
  /// Returns the length of the path to go back to.
  std::size_t step_into(std::string_view key, const Place& place);

  bool array(JsonScan& old_scan, JsonScan& new_scan, const Place& place, unsigned depth);
  bool unordered(JsonScan& old_scan, JsonScan& new_scan, const Place& place, const Resolved& how,
                 unsigned depth);
  bool match_by_key(std::vector<Member>& old_all, std::vector<Member>& new_all, const Resolved& how,
                    const Place& element, unsigned depth);
  bool match_each_with_each(std::vector<Member>& old_all, std::vector<Member>& new_all,
                            const Place& element, unsigned depth);
  void alone(DifferenceKind kind, const Member& each, const Resolved& how);
  /// Are they the same by their rules? Says nothing of what differs.
  bool try_out(std::string_view old_one, std::string_view new_one, const Place& element,
               unsigned depth, bool& alike);

  void differ(DifferenceKind kind, const Place& place, std::string_view old_raw,
              std::string_view new_raw, Apart far, std::string note = {});
  void differ(DifferenceKind kind, const Resolved& how, std::string_view old_raw,
              std::string_view new_raw, unsigned far, std::string note = {});
  void report(Difference difference);

  /// What a list whose elements differ in order or number goes back to: of elements that are
  /// compared with other ones nothing is said.
  struct Marks {
    std::vector<Difference> differences;
    std::size_t folded;
    std::size_t aliases;
    std::size_t reported;
    bool different;
  };
  Marks marks() const {
    return {comparison_.differences, comparison_.folded, comparison_.aliases.size(), reported_,
            tried_different_};
  }
  void go_back(const Marks& before) {
    comparison_.differences = before.differences;
    comparison_.folded = before.folded;
    comparison_.aliases.resize(before.aliases);
    reported_ = before.reported;
    tried_different_ = before.different;
  }

  const OperationRules& rules_;
  const AliasMap& aliases_;
  const std::string& today_;
  Comparison& comparison_;
  std::string path_;
  std::size_t reported_ = 0;
  bool trying_ = false;
  bool tried_different_ = false;
};

}  // namespace banyan::strangler
