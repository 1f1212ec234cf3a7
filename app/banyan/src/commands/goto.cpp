// SPDX-License-Identifier: Apache-2.0
#include "admin_client.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

/// What is not among the rollouts of today stays, and is told.
void show_left(const Json& document) {
  for (const Json& each : document.value("left", Json::array())) {
    if (!each.is_string()) continue;
    print_line(paint("left as it is: " + each.get<std::string>() +
                         ", which is not in banyan.toml, nor a module, any more",
                     Tone::Faint));
  }
}

int show_return(const Json& document) {
  show_left(document);
  const Json changes = document.value("changes", Json::array());
  const std::string revision = std::to_string(number_of(document, "revision"));
  if (changes.empty()) {
    print_line("all traffic is as it was at revision " + revision + "; nothing to change");
    return kDone;
  }
  if (!document.value("dry_run", false)) {
    for (const Json& each : changes) show_change(each);
    return kDone;
  }
  for (const Json& each : changes) {
    print_line(paint(text_of(each, "module"), Tone::Strong) + ": " +
               stage_text(each.value("before", Json::object())) + " -> " +
               stage_text(each.value("after", Json::object())));
    show_left_behind(each);
  }
  print_line(paint("nothing was changed; without --dry-run this would be", Tone::Faint));
  return kDone;
}

}  // namespace

int go_to(const ControlTarget& target, const GotoOptions& options) {
  Json body = {{"revision", options.revision}, {"who", options.who}, {"why", options.why}};
  if (options.dry_run) body["dry_run"] = true;
  if (options.force) body["force"] = true;
  if (options.despite_differences) body["despite_differences"] = true;
  return order(target, "/goto", body, show_return);
}

}  // namespace banyan::cli
