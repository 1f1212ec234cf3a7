// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "page_parts.hpp"
#include "relations.hpp"
#include "text.hpp"

namespace banyan::map {
namespace {

std::string row(const std::string& what, const std::string& value) {
  return "| " + what + " | " + or_dash(value) + " |\n";
}

void add(std::string& list, const std::string& item) { list += (list.empty() ? "" : ", ") + item; }

std::string with_words(const std::string& module, const std::vector<std::string>& words) {
  return link_to(module, 1) + (words.empty() ? "" : " (" + codes(words) + ")");
}

/// Who calls it, and what; or whom it calls.
std::string neighbours(const Description& description, const ModuleInfo& module, bool downstream) {
  std::string list;
  for (const ModuleInfo& other : description.modules) {
    const ModuleInfo& caller = downstream ? other : module;
    const ModuleInfo& called = downstream ? module : other;
    if (std::ranges::find(caller.needs, called.name) == caller.needs.end()) continue;
    add(list, with_words(other.name, calls_between(called, caller)));
  }
  return list;
}

std::string followed(const Description& description, const ModuleInfo& module) {
  std::string list;
  for (const ModuleInfo& publisher : description.modules) {
    const auto events = events_between(publisher, module);
    if (!events.empty()) add(list, with_words(publisher.name, events));
  }
  return list;
}

std::string followers(const Description& description, const ModuleInfo& module,
                      const std::string& event) {
  std::string list;
  for (const ModuleInfo& other : description.modules) {
    const auto events = events_between(module, other);
    if (std::ranges::find(events, event) != events.end()) add(list, link_to(other.name, 1));
  }
  return list;
}

// A process tells of its application's own pages, too, which are no module.
std::string callers(const Description& description, const OperationInfo& operation) {
  std::string list;
  for (const std::string& each : operation.callers) {
    add(list, description.find(each) != nullptr ? link_to(each, 1) : each);
  }
  return list;
}

std::string_view again(const OperationInfo& operation) {
  if (operation.repeated == "natural") return "a second time changes nothing";
  if (operation.repeated == "by_key") return "once under an idempotency key";
  return "happens each time";
}

std::string operation_part(const Description& description, const OperationInfo& each) {
  std::string out = "\n### " + each.name + "\n\n" +
                    (each.summary.empty() ? "" : each.summary + "\n\n") + "| | |\n| --- | --- |\n";
  out += row("kind", kind_of(each) + ", " + (each.internal ? "for other modules only" : "public") +
                         "; " + std::string(again(each)));
  out += row("at", place_of(each));
  out += row("takes", codes(each.fields));
  out += row("answers", codes(each.answer));
  if (!each.precondition.empty()) out += row("before", cell(each.precondition));
  if (!each.postcondition.empty()) out += row("after", cell(each.postcondition));
  out += row("refuses by", codes(each.rules));
  if (!each.callers.empty()) out += row("called by", callers(description, each));
  return out;
}

std::string events_part(const Description& description, const ModuleInfo& module) {
  if (module.events.empty()) return {};
  std::string out =
      "\n## Events\n\n| event | about | carries | followed by | what has happened |\n"
      "| --- | --- | --- | --- | --- |\n";
  for (const EventInfo& each : module.events) {
    out += "| `" + each.name + "` v" + std::to_string(each.version) + " | " +
           or_dash(each.key.empty() ? "" : '`' + each.key + '`') + " | " +
           or_dash(codes(each.fields)) + " | " +
           or_dash(followers(description, module, each.name)) + " | " +
           or_dash(cell(each.summary)) + " |\n";
  }
  return out;
}

std::string in_words(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  const auto many = [](std::int64_t number, const std::string& unit) {
    return std::to_string(number) + ' ' + unit + (number == 1 ? "" : "s");
  };
  if (seconds % kDay == 0) return many(seconds / kDay, "day");
  if (seconds % kHour == 0) return many(seconds / kHour, "hour");
  if (seconds % kMinute == 0) return many(seconds / kMinute, "minute");
  return many(seconds, "second");
}

std::string sagas_part(const ModuleInfo& module) {
  if (module.sagas.empty()) return {};
  std::string out = "\n## Sagas\n";
  for (const SagaInfo& saga : module.sagas) {
    out += "\n### " + saga.name + ", version " + std::to_string(saga.version) + "\n\n" +
           (saga.summary.empty() ? "" : saga.summary + "\n\n");
    if (saga.deadline_seconds > 0) {
      out += "After " + in_words(saga.deadline_seconds) + " it turns back, if it still can.\n\n";
    }
    out += "| step | by | kind | undone by |\n| --- | --- | --- | --- |\n";
    for (const SagaStepInfo& step : saga.steps) {
      out += "| `" + step.call + "` | " + link_to(step.module, 1) + " | " + step.kind + " | " +
             or_dash(step.undo.empty() ? "" : '`' + step.undo + '`') + " |\n";
    }
  }
  return out;
}

std::string violations_part(const Description& description, const ModuleInfo& module) {
  if (module.violations.empty()) return {};
  std::string out =
      "\n## Boundaries that are not kept yet\n\n| table | whose | why it is still so | in |\n"
      "| --- | --- | --- | --- |\n";
  for (const ViolationInfo& each : module.violations) {
    const std::string owner = owner_of(description, each.table);
    out += "| `" + each.table + "` | " + (owner.empty() ? "nobody's" : link_to(owner, 1)) + " | " +
           or_dash(cell(each.reason)) + " | " + or_dash(codes(each.places)) + " |\n";
  }
  return out;
}

}  // namespace

std::string module_page(const Description& description, const ModuleInfo& module) {
  std::vector<std::string> parties;
  for (const std::string& each : module.parties) parties.push_back(each.substr(each.find('.') + 1));
  std::string out = "# " + module.name + "\n\n" + kMadeBy + "\n" + purpose_of(module) + "\n\n" +
                    "| | |\n| --- | --- |\n";
  out += row("port", module.version + ": " + cell(module.summary));
  out += row("needs (upstream)", neighbours(description, module, false));
  out += row("needed by (downstream)", neighbours(description, module, true));
  out += row("follows events of", followed(description, module));
  if (!parties.empty()) out += row("outside parties", codes(parties));
  out += row("tables", codes(module.tables));
  out +=
      "\n[The context map](../README.md), [all operations](../operations.md).\n\n## Operations\n";
  for (const OperationInfo& each : module.operations) out += operation_part(description, each);
  return out + events_part(description, module) + sagas_part(module) +
         violations_part(description, module);
}

}  // namespace banyan::map
