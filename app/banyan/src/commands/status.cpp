// SPDX-License-Identifier: Apache-2.0
#include "admin_client.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

std::uint64_t pinned(const Json& rollout) {
  return number_of(rollout.value("tunnels", Json::object()), "pinned");
}

/// A share that not all have followed does not pass for the whole.
std::string reads(const Json& rollout) {
  const std::uint64_t behind = pinned(rollout);
  const std::string share = text_of(rollout, "reads");
  return behind == 0 ? share : share + ", " + std::to_string(behind) + " behind";
}

/// Of a rollout in which somebody may choose a side.
void show_testers(const Json& rollout) {
  const auto testers = rollout.find("testers");
  if (testers == rollout.end()) return;
  print_line("testers of " + text_of(rollout, "module") + ": " +
             std::to_string(number_of(*testers, "new_side")) + " requests on the new side, " +
             std::to_string(number_of(*testers, "old_side")) + " on the old one, " +
             std::to_string(number_of(*testers, "refused")) +
             " not let (banyan_forced_requests_refused_total has the reasons); none of them counts "
             "for a verdict");
}

/// "1 request", "12 requests".
std::string counted(std::uint64_t number, const std::string& one) {
  return std::to_string(number) + ' ' + one + (number == 1 ? "" : "s");
}

/// A process of an earlier version tells of all since its start only.
std::uint64_t lately_or(const Json& row, const char* key, std::uint64_t otherwise) {
  return row.contains(key) ? number_of(row, key) : otherwise;
}

/// Requests that belong to no operation.
void show_unowned(const Json& unowned) {
  for (const Json& each : unowned.value("catch_alls", Json::array())) {
    const std::uint64_t requests = number_of(each, "requests");
    // What went by it before the routes were read last may have a route of its own by now.
    const std::uint64_t lately = lately_or(each, "since_routes_read", requests);
    if (lately == 0) continue;
    print_line(
        "no operation: " + counted(lately, "request") + " went by \"" + text_of(each, "route") +
        "\", the route for all that is left, since the routes were read last (" +
        std::to_string(requests) + " since the start); `banyan discover` proposes routes for them");
  }
  const std::uint64_t nowhere =
      lately_or(unowned, "nowhere_since_routes_read", number_of(unowned, "nowhere"));
  if (nowhere != 0) {
    print_line("no operation: " + counted(nowhere, "request") +
               " had no route here and got a refusal, since the routes were read last; the access "
               "log has them with the outcome \"refused\"");
  }
  if (const std::uint64_t other = number_of(unowned, "not_told_apart"); other != 0) {
    print_line(paint("attention: " + std::to_string(other) +
                         " requests are counted as \"other\": there are more operations than are "
                         "told apart",
                     Tone::Warning));
  }
}

int show(const Json& document) {
  const Json rollouts = shown_rollouts(document);
  std::vector<std::vector<std::string>> rows = {
      {"MODULE", "STAGE", "READS", "WRITES", "DATA", "NEXT", "BACK"}};
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  for (const Json& each : rollouts) {
    rows.push_back({text_of(each, "module"), text_of(each, "stage"), reads(each),
                    side_text(text_of(each, "writes")), text_of(each, "data"),
                    or_dash(text_of(each, "next")), or_dash(text_of(each, "back"))});
  }
  if (rollouts.empty()) {
    print_line("nothing is being moved here");
  } else {
    print_table(rows);
  }
  for (const Json& each : rollouts) {
    if (const std::string illegal = text_of(each, "illegal"); !illegal.empty()) {
      print_line(paint("attention: " + illegal, Tone::Warning));
    }
    if (const std::uint64_t behind = pinned(each); behind != 0) {
      print_line(paint("attention: of " + text_of(each, "module") +
                           ", WebSockets live on the side "
                           "from which their users' traffic has moved away: " +
                           std::to_string(behind) +
                           ". They end by themselves, or by pinned_tunnel_time in [limits].",
                       Tone::Warning));
    }
    if (const std::uint64_t missed = number_of(each, "missed"); missed != 0) {
      print_line(paint("attention: " + counted(missed, "request") + " missed " +
                           text_of(each, "module") +
                           " by spelling (another case, a slash at the end) and stayed on "
                           "the old side. banyan_route_near_misses_total has the routes; "
                           "`ignore_case` and `ignore_last_slash` make them match.",
                       Tone::Warning));
    }
  }
  for (const Json& each : rollouts) {
    if (const std::uint64_t fallbacks = number_of(each, "fallbacks"); fallbacks != 0) {
      print_line(paint("attention: " + fallbacks_text(fallbacks, text_of(each, "module")) +
                           " since the start; fell_back in the log says how it failed",
                       Tone::Warning));
    }
  }
  for (const Json& each : rollouts) show_testers(each);
  for (const Json& each : document.value("attention", Json::array())) {
    print_line(paint("attention: " + text_of(each, "about") + ": " + text_of(each, "message"),
                     Tone::Warning));
  }
  show_unowned(document.value("unowned", Json::object()));
  print_line("");
  print_line(paint("revision " + std::to_string(number_of(document, "revision")) + ", log head " +
                       text_of(document.value("log", Json::object()), "head"),
                   Tone::Faint));
  return kDone;
}

}  // namespace

int status(const ControlTarget& target) { return ask(target, "/status", "", show); }

}  // namespace banyan::cli
