// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "admin_client.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

/// "running, step 2 of 5"; "" where there is no plan.
std::string plan_stand(const Json& plan) {
  std::string text = text_of(plan, "state");
  if (text == "none") return "";
  std::ranges::replace(text, '_', ' ');
  const std::uint64_t step = number_of(plan, "step");
  const std::uint64_t of = number_of(plan, "of");
  if (step != 0 && of != 0) {
    text += ", step " + std::to_string(step) + " of " + std::to_string(of);
  }
  return text;
}

/// "+route wiki.read, -upstream old, ~rollout wiki": what came, went and changed.
std::string table_stand(const Json& table) {
  std::string names;
  for (const auto& [key, sign] :
       {std::pair{"added", '+'}, std::pair{"removed", '-'}, std::pair{"changed", '~'}}) {
    const Json parts = table.is_object() ? table.value(key, Json::array()) : Json::array();
    for (const Json& each : parts) {
      if (each.is_string()) names += (names.empty() ? "" : ", ") + (sign + each.get<std::string>());
    }
  }
  constexpr std::size_t kRoom = 80;
  if (names.size() > kRoom) names = names.substr(0, names.rfind(',', kRoom)) + ", …";
  return names;
}

std::string stand_text(const Json& entry, const char* key) {
  const std::string kind = text_of(entry, "kind");
  const Json stand = entry.value(key, Json::object());
  if (kind == "plan") return plan_stand(stand);
  if (kind == "routes") {
    const std::string names = table_stand(stand);
    return names.empty() ? text_of(stand, "table").substr(0, 12) : names;
  }
  return stage_text(stand);
}

/// A revision, which `banyan goto` takes; of another line the revision that it was written at, and
/// its own number.
std::string number_and_note(const Json& entry) {
  std::string text = std::to_string(number_of(entry, "seq"));
  if (const auto note = number_of(entry, "note"); note != 0) text += '/' + std::to_string(note);
  return text;
}

/// That it was done although the new side was not fit, or nobody could say whether it is legal;
/// and that copies had shown that it answers otherwise.
std::string in_spite_of(const Json& entry) {
  // Behind evidence that is an object the switchboard's word is a member of it.
  const Json brought = entry.value("evidence", Json());
  const std::string evidence =
      brought.is_object() ? text_of(brought, "_switchboard") : text_of(entry, "evidence");
  const bool forced =
      evidence == "forced" || evidence.starts_with("forced, ") || evidence.contains("; forced");
  const bool differs =
      evidence.starts_with("despite differences: ") || evidence.contains("; despite differences: ");
  return std::string(forced ? "(forced) " : "") + (differs ? "(despite differences) " : "");
}

/// A process of an earlier version tells of stages only, and says no kind.
std::string kind_name(const Json& entry) {
  const std::string kind = text_of(entry, "kind");
  return kind.empty() ? "stage" : kind;
}

int show(const Json& document) {
  const Json entries = document.value("entries", Json::array());
  if (entries.empty()) {
    print_line("the switch log has no such line yet");
    return kDone;
  }
  std::vector<std::vector<std::string>> rows = {
      {"NO", "TIME", "KIND", "MODULE", "FROM", "TO", "WHO", "WHY"}};
  for (const Json& each : entries) {
    // To the second; --json has the rest.
    std::string time = text_of(each, "time");
    if (time.size() > 19) time = time.substr(0, 19) + 'Z';
    rows.push_back({number_and_note(each), time, kind_name(each), text_of(each, "module"),
                    stand_text(each, "before"), stand_text(each, "after"), text_of(each, "who"),
                    in_spite_of(each) + text_of(each, "why")});
  }
  print_table(rows);
  return kDone;
}

}  // namespace

int log(const ControlTarget& target, const LogOptions& options) {
  std::string query = "limit=" + std::to_string(options.limit);
  if (!options.module.empty()) query += "&module=" + options.module;
  if (!options.kind.empty()) query += "&kind=" + options.kind;
  return ask(target, "/log", query, show);
}

}  // namespace banyan::cli
