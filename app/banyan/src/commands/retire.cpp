// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "admin_client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/single_quoted.hpp"
#include "banyan/retirement/judgement.hpp"
#include "exit_code.hpp"
#include "retiring/findings.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

using retirement::Judgement;
using retiring::Deletion;
using retiring::Findings;

std::string time_or(const std::optional<Timestamp>& time, const std::string& otherwise) {
  return time ? to_string(*time) : otherwise;
}

/// As people read times; documents have all of it.
std::string second_or(const std::optional<Timestamp>& time, const std::string& otherwise) {
  return time ? to_string(*time).substr(0, 19) + 'Z' : otherwise;
}

/// What the switch log keeps of the judgement: enough to ask again whether it was right.
Json evidence_of(const Findings& found, const Judgement& judgement) {
  Json evidence = {{"judged", "banyan retire"},
                   {"at", to_string(found.facts.now)},
                   {"quiet_for_seconds", found.facts.quiet_for.count()}};
  if (judgement.moved_since) evidence["moved_since"] = to_string(*judgement.moved_since);
  if (judgement.watched) evidence["watched_seconds"] = judgement.watched->count();
  std::optional<Timestamp> last;
  for (const auto& each : judgement.operations) {
    if (each.last) last = last ? std::max(*last, *each.last) : *each.last;
  }
  evidence["operations"] = judgement.operations.size();
  evidence["last_use_of_the_old_side"] = time_or(last, "none since uses are kept");
  if (found.facts.data) evidence["tables"] = *found.facts.data;
  evidence["not_judged"] = found.not_judged;
  return evidence;
}

/// "14d", "36h", "90m", "30s": as --quiet-for takes it.
std::string quiet_word(std::chrono::seconds time) {
  const std::int64_t seconds = time.count();
  if (seconds != 0 && seconds % 86'400 == 0) return std::to_string(seconds / 86'400) + 'd';
  if (seconds != 0 && seconds % 3'600 == 0) return std::to_string(seconds / 3'600) + 'h';
  if (seconds != 0 && seconds % 60 == 0) return std::to_string(seconds / 60) + 'm';
  return std::to_string(seconds) + 's';
}

/// The same question, with a reason: what was said once is to be said again.
std::string command_that_writes(const ControlTarget& target, const RetireOptions& options) {
  std::string command = "banyan retire " + options.module;
  if (options.quiet_for != RetireOptions().quiet_for) {
    command += " --quiet-for " + quiet_word(options.quiet_for);
  }
  if (target.url != ControlTarget().url) command += " --url " + shell_word(target.url);
  if (!target.token_file.empty()) {
    command += " --token-file " + shell_word(target.token_file);
  }
  return command + " --why REASON";
}

/// Through the legality matrix, as any other order. `at`: the revision that was judged.
Result<Json> write_down(const ControlTarget& target, const RetireOptions& options,
                        const Json& evidence, std::optional<std::uint64_t> at) {
  const auto client = admin_client(target);
  if (!client) return fail(client.error());
  Json body = {{"who", options.who}, {"why", options.why}, {"evidence", evidence}};
  if (at) body["from_revision"] = *at;
  if (options.force) body["force"] = true;
  const auto answer = (*client)->post("/rollouts/" + options.module + "/retire",
                                      body.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!answer) return fail(answer.error());
  return Json::parse(*answer, nullptr, false);
}

/// `retired`: what was written down; null when nothing was.
void show_json(const Findings& found, const Judgement& judgement, const Json& retired) {
  Json document = {{"module", found.facts.module},
                   {"dead", judgement.hindrances.empty()},
                   {"stage", found.facts.stage},
                   {"quiet_for_seconds", found.facts.quiet_for.count()}};
  if (judgement.moved_since) document["moved_since"] = to_string(*judgement.moved_since);
  if (found.facts.uses) document["watched_since"] = to_string(found.facts.uses->since);
  if (judgement.watched) document["watched_seconds"] = judgement.watched->count();
  document["hindrances"] = Json::array();
  for (const auto& each : judgement.hindrances) {
    document["hindrances"].push_back(
        {{"rule", each.rule}, {"message", each.message}, {"next", each.next}});
  }
  document["operations"] = Json::array();
  for (const auto& each : judgement.operations) {
    Json callers = Json::array();
    for (const auto& caller : each.callers) {
      callers.push_back(
          {{"who", caller.who}, {"requests", caller.requests}, {"last", time_or(caller.last, "")}});
    }
    document["operations"].push_back({{"operation", each.operation},
                                      {"last_use", time_or(each.last, "")},
                                      {"count", each.count},
                                      {"ways", each.ways},
                                      {"callers", std::move(callers)}});
  }
  document["deletions"] = Json::array();
  if (judgement.hindrances.empty()) {
    for (const Deletion& each : found.deletions) {
      document["deletions"].push_back({{"kind", each.kind}, {"what", each.what}});
    }
    document["next"] = found.next;
  }
  document["not_judged"] = found.not_judged;
  if (!retired.is_null()) document["retired"] = retired;
  print_json(document);
}

void print_text(const Findings& found, const Judgement& judgement) {
  std::vector<std::vector<std::string>> rows = {{"OPERATION", "LAST USE OF THE OLD SIDE", "BY"}};
  for (const auto& each : judgement.operations) {
    std::string by;
    for (const std::string& way : each.ways) by += (by.empty() ? "" : ", ") + way;
    for (const auto& caller : each.callers) {
      by += (by.empty() ? "" : ", ") +
            (caller.who == "none" ? std::string("no User-Agent") : caller.who) + " (" +
            std::to_string(caller.requests) + ')';
    }
    rows.push_back(
        {each.operation, second_or(each.last, "none since uses are kept"), by.empty() ? "-" : by});
  }
  print_table(rows);
  print_line("");
  if (judgement.watched) {
    print_line("watched " + retirement::span_text(*judgement.watched) + " of the last " +
               retirement::span_text(found.facts.quiet_for));
  }
  const std::string& module = found.facts.module;
  if (!judgement.hindrances.empty()) {
    print_line(paint("the old side of " + module + " is not dead:", Tone::Bad));
    for (const auto& each : judgement.hindrances) {
      print_line("  " + each.message + " (" + each.rule + ')');
      print_line(paint("    next: " + each.next, Tone::Faint));
    }
  } else {
    print_line(paint("nothing has used the old side of " + module + " for " +
                         retirement::duration_text(found.facts.quiet_for),
                     Tone::Good) +
               "; all is on the new side since " + time_or(judgement.moved_since, "?"));
    if (found.facts.quiet_for.count() == 0) {
      print_line(
          paint("attention: no quiet time at all was asked for, so that this proves nothing: "
                "--quiet-for 14d",
                Tone::Warning));
    }
    print_line("what can go:");
    for (const Deletion& each : found.deletions) print_line("  " + each.kind + ": " + each.what);
    print_line("next: " + found.next);
  }
  for (const std::string& each : found.not_judged) {
    print_line(paint("not judged: " + each, Tone::Faint));
  }
}

/// Past the process, which alone could judge: by the matrix of what was noted, and only by force.
int retire_unjudged(const ControlTarget& target, const RetireOptions& options) {
  if (!options.force) {
    return not_told({ErrorCode::FailedPrecondition,
                     "banyan.needs_a_process",
                     "whether the old side is dead only a running process knows: its connections, "
                     "its lanes, its last minute. Ask one with --url. Where none runs any more, "
                     "--why and --force write down that it is retired; the log tells that nobody "
                     "has judged",
                     {}},
                    target.json);
  }
  const Json evidence = "nobody has judged: past the process (--store)";
  const auto written = write_down(target, options, evidence, std::nullopt);
  if (!written) return not_told(written.error(), target.json);
  if (target.json) {
    print_json(*written);
    return kDone;
  }
  return show_change(*written);
}

}  // namespace

int retire(const ControlTarget& target, const RetireOptions& options) {
  if (!target.store.empty()) return retire_unjudged(target, options);
  const auto found = retiring::find_out(target, options);
  if (!found) return not_told(found.error(), target.json);
  const Judgement judgement = retirement::judge(found->facts);
  const bool dead = judgement.hindrances.empty();
  Json retired;
  if (dead && !options.why.empty()) {
    const auto written =
        write_down(target, options, evidence_of(*found, judgement), found->revision);
    if (!written) return not_told(written.error(), target.json);
    retired = *written;
  }
  if (target.json) {
    show_json(*found, judgement, retired);
  } else {
    print_text(*found, judgement);
    if (!retired.is_null()) {
      show_change(retired);
    } else if (dead && found->facts.stage != "retired") {
      print_line(paint("to write it down: " + command_that_writes(target, options), Tone::Faint));
    }
  }
  return dead ? kDone : kRefused;
}

}  // namespace banyan::cli
