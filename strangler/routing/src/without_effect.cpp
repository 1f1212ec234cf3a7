// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/without_effect.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "banyan/kernel/in_quotes.hpp"
#include "banyan/kernel/nearest.hpp"

namespace banyan::strangler {
namespace {

/// The one that was written without its module, or with a slip.
std::optional<std::string> meant_by(std::string_view word, const std::vector<std::string>& known) {
  for (const std::string& each : known) {
    if (each.ends_with('.' + std::string(word))) return each;
  }
  const auto near = nearest(word, known);
  return near ? std::optional<std::string>(*near) : std::nullopt;
}

/// "There are "a", "b" and 7 more. Did you mean "a"?"
std::string what_there_is(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kMost = 8;
  if (known.empty()) return "There is none.";
  std::string text = known.size() == 1 ? "There is " : "There are ";
  for (std::size_t i = 0; i < std::min(kMost, known.size()); ++i) {
    text += (i == 0 ? "" : ", ") + in_quotes(known[i]);
  }
  if (known.size() > kMost) text += " and " + std::to_string(known.size() - kMost) + " more";
  text += '.';
  if (const auto meant = meant_by(word, known)) text += " Did you mean " + in_quotes(*meant) + '?';
  return text;
}

class Look {
 public:
  Look(const RolloutPlan& plan, const std::vector<NamedOperation>& operations, Timestamp now)
      : plan_(plan), operations_(operations), today_(day_of(now.micros)) {}

  std::vector<WithoutEffect> run() && {
    for (std::size_t i = 0; i < plan_.compare.rules.size(); ++i) {
      const FileLocation place =
          i < plan_.rule_places.size() ? plan_.rule_places[i] : FileLocation{};
      look_at_operation(plan_.compare.rules[i], place);
      look_at_day(plan_.compare.rules[i], place);
    }
    for (std::size_t i = 0; i < plan_.plan.waived.size(); ++i) {
      look_at_waiver(plan_.plan.waived[i],
                     i < plan_.waived_places.size() ? plan_.waived_places[i] : FileLocation{});
    }
    return std::move(found_);
  }

 private:
  void look_at_operation(const DeclaredRule& rule, FileLocation place) {
    if (rule.operation.empty() || operations_.empty()) return;
    const auto named = std::ranges::find_if(operations_, [&](const NamedOperation& each) {
      return each.name == rule.operation || each.alone == rule.operation;
    });
    if (named != operations_.end() && named->reads) return;
    std::string message = "the rule for " + in_quotes(rule.path) + " is never applied: ";
    if (named != operations_.end()) {
      message +=
          in_quotes(rule.operation) + " is a write, and only the answers to reads are compared";
    } else {
      std::vector<std::string> known;
      for (const NamedOperation& each : operations_) {
        if (each.reads) known.push_back(each.name);
      }
      message += "no read of the rollout " + plan_.name + " is called " +
                 in_quotes(rule.operation) + ". " + what_there_is(rule.operation, known);
    }
    found_.push_back({"unknown_operation", place, std::move(message)});
  }

  void look_at_day(const DeclaredRule& rule, FileLocation place) {
    if (!rule.rule.ignoring || rule.rule.ignoring->until >= today_) return;
    const Ignoring& ignoring = *rule.rule.ignoring;
    found_.push_back({"ignoring_is_over", place,
                      "that " + in_quotes(rule.path) + " of " + plan_.name +
                          " is ignored was until " + ignoring.until +
                          ", which is over: what differs there counts since, and a plan goes "
                          "back for it. Take the rule out, or ask " +
                          ignoring.owner + " for another day"});
  }

  void look_at_waiver(const std::string& waived, FileLocation place) {
    if (operations_.empty()) return;
    std::vector<std::string> known;
    for (const NamedOperation& each : operations_) {
      known.insert(known.end(), each.judged.begin(), each.judged.end());
    }
    if (std::ranges::find(known, waived) != known.end()) return;
    found_.push_back({"unknown_operation", place,
                      in_quotes(waived) + " in waived of [rollouts." + plan_.name +
                          ".plan] waives nothing: no operation of it is called so. " +
                          what_there_is(waived, known)});
  }

  const RolloutPlan& plan_;
  const std::vector<NamedOperation>& operations_;
  std::string today_;
  std::vector<WithoutEffect> found_;
};

}  // namespace

std::vector<WithoutEffect> without_effect(const RolloutPlan& plan,
                                          const std::vector<NamedOperation>& operations,
                                          Timestamp now) {
  return Look(plan, operations, now).run();
}

}  // namespace banyan::strangler
