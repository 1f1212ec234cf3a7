// SPDX-License-Identifier: Apache-2.0
#include "check/report.hpp"

#include <algorithm>

#include "check/words.hpp"
#include "terminal.hpp"

namespace banyan::cli::check {
namespace {

using serving::Preview;
using strangler::Route;

void heading(const std::string& text) {
  print_line("");
  print_line(paint(text, Tone::Strong));
}

void print_listening(const Report& report) {
  std::vector<std::vector<std::string>> rows = {{"LISTENS ON", "FOR", ""}};
  for (const Preview::Listening& each : report.preview.listening()) {
    rows.push_back({each.url, whom_for(each), each.of_this_machine ? "this machine only" : ""});
  }
  print_line("");
  print_table(rows);
}

void print_upstreams(const Report& report) {
  std::vector<std::vector<std::string>> rows = {{"UPSTREAM", "INSTANCES", "HEALTH CHECK"}};
  for (const strangler::UpstreamGroup& group : report.preview.configuration().upstreams) {
    rows.push_back(
        {group.name, instances_of(group), group.health ? "GET " + group.health->path : "-"});
  }
  print_line("");
  print_table(rows);
}

void print_rollouts(const Report& report) {
  const auto& rollouts = report.preview.configuration().rollouts;
  if (rollouts.empty()) return;
  std::vector<std::vector<std::string>> rows = {{"ROLLOUT", "NOW", "STEPS"}};
  for (const strangler::RolloutPlan& each : rollouts) {
    rows.push_back({each.name, stage_now(report, each.name).value_or("-"), steps_of(each)});
  }
  print_line("");
  print_table(rows);
}

void print_routes(const Report& report) {
  std::vector<std::vector<std::string>> rows = {
      {"ROUTE (the first that fits wins)", "METHODS", "PATH", "EFFECT", "GOES TO"}};
  for (const Route* route : report.preview.by_precedence()) {
    rows.push_back({route->name, route->methods.to_string(), path_of(*route),
                    std::string(strangler::effect_text(*route)), sides_of(*route)});
  }
  print_line("");
  print_table(rows);
}

void print_examples(const Report& report) {
  for (const Example& example : report.examples) {
    const Preview::Outcome outcome = report.preview.request(example.method, example.target);
    heading(example.method + ' ' + example.target);
    for (const Line& line : explain(report, outcome)) {
      print_line("  " + line.label +
                 std::string(9 - std::min<std::size_t>(8, line.label.size()), ' ') +
                 paint(line.text, Tone::Plain));
    }
  }
}

void print_findings(const Report& report) {
  for (const Finding& each : report.findings) {
    const Tone tone = each.weight == Weight::Problem   ? Tone::Bad
                      : each.weight == Weight::Warning ? Tone::Warning
                                                       : Tone::Faint;
    print_line("");
    print_line(paint(std::string(to_string(each.weight)), tone) + ": " +
               paint(at(report.file, each.location) + each.message, Tone::Plain));
  }
}

}  // namespace

void print(const Report& report) {
  print_line(paint(report.file, Tone::Strong) + ": " + verdict(report));
  print_listening(report);
  print_upstreams(report);
  print_rollouts(report);
  print_routes(report);
  print_examples(report);
  print_findings(report);
}

}  // namespace banyan::cli::check
