// SPDX-License-Identifier: Apache-2.0
#include "admin_client.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

int show(const Json& document) {
  const Json entries = document.value("entries", Json::array());
  if (entries.empty()) {
    print_line("the switch log has no such line yet");
    return kDone;
  }
  std::vector<std::vector<std::string>> rows = {
      {"NO", "TIME", "MODULE", "FROM", "TO", "WHO", "WHY"}};
  for (const Json& each : entries) {
    // To the second; --json has the rest.
    std::string time = text_of(each, "time");
    if (time.size() > 19) time = time.substr(0, 19) + 'Z';
    rows.push_back({std::to_string(number_of(each, "seq")), time, text_of(each, "module"),
                    stage_text(each.value("before", Json::object())),
                    stage_text(each.value("after", Json::object())), text_of(each, "who"),
                    text_of(each, "why")});
  }
  print_table(rows);
  return kDone;
}

}  // namespace

int log(const ControlTarget& target, const LogOptions& options) {
  std::string query = "limit=" + std::to_string(options.limit);
  if (!options.module.empty()) query += "&module=" + options.module;
  return ask(target, "/log", query, show);
}

}  // namespace banyan::cli
