// SPDX-License-Identifier: Apache-2.0
#include "check/words.hpp"

#include <algorithm>

#include "banyan/http/endpoint.hpp"
#include "check/of_an_application.hpp"

namespace banyan::cli::check {
namespace {

using serving::Preview;
using strangler::Route;

std::string destination(const Preview::Destination& to) {
  return to.upstream + "  " + to.target + (to.host.empty() ? "" : "  (Host: " + to.host + ')');
}

std::string stickiness(const strangler::Configuration& configuration) {
  std::string text;
  for (const strangler::StickinessKey& each : configuration.stickiness_keys) {
    if (!text.empty()) text += ", else ";
    switch (each.source) {
      case strangler::StickinessKey::Source::Cookie: text += "cookie " + each.name; break;
      case strangler::StickinessKey::Source::Header: text += "header " + each.name; break;
      case strangler::StickinessKey::Source::Visit: text += "visit (" + each.name + ')'; break;
      case strangler::StickinessKey::Source::Address: text += "address (of IPv6 its /64)"; break;
    }
  }
  return text;
}

void explain_rollout(const Report& report, const Preview::Outcome& outcome,
                     std::vector<Line>& lines) {
  const Route& route = *outcome.route;
  const std::string old_side = destination(*outcome.old_side);
  const std::string new_side = destination(*outcome.new_side);
  lines.push_back(
      {"rollout", route.rollout + ", now " + to_string(report.store.traffic(route.rollout))});
  lines.push_back({"legacy", old_side});
  lines.push_back({"canary", outcome.effect == Effect::Write
                                 ? old_side + "  (writes move as a whole)"
                                 : new_side + "  for that share of the users, by " +
                                       stickiness(report.preview.configuration()) +
                                       "; the others as in legacy"});
  lines.push_back({"moved", new_side});
}

void explain_route(const Report& report, const Preview::Outcome& outcome,
                   std::vector<Line>& lines) {
  const Route& route = *outcome.route;
  lines.push_back({"route", route.name + " (" + report.file + ':' +
                                std::to_string(route.location.line) + "), a " +
                                std::string(to_string(outcome.effect))});
  if (outcome.old_side && outcome.new_side) {
    explain_rollout(report, outcome, lines);
  } else if (outcome.old_side) {
    lines.push_back({"goes to", destination(*outcome.old_side)});
  }
}

}  // namespace

std::string whom_for(const Preview::Listening& listening) {
  if (!listening.operators) return "clients";
  return listening.clients ? "clients and operators" : "operators";
}

std::string instances_of(const strangler::UpstreamGroup& group) {
  std::string text;
  for (const strangler::Address& each : group.instances) {
    text += (text.empty() ? "" : ", ") + to_string(http::Endpoint{each.host, each.port});
  }
  return text + (group.tls ? " by TLS" : "");
}

std::string steps_of(const strangler::RolloutPlan& plan) {
  std::string text;
  for (const strangler::Percent each : plan.steps) text += to_string(each) + ", ";
  return text + "then the writes";
}

std::optional<std::string> stage_now(const Report& report, std::string_view rollout) {
  if (!report.store.stand && may_be_of_an_application(report.preview.configuration())) {
    return std::nullopt;
  }
  return to_string(report.store.traffic(rollout));
}

std::string path_of(const Route& route) {
  if (route.kind == strangler::PathKind::Template) return route.path;
  return route.path == "/" ? "all paths" : route.path + " and below";
}

std::string sides_of(const Route& route) {
  if (route.successor.empty()) return route.legacy;
  return route.legacy + " -> " + route.successor + " (rollout " + route.rollout + ')';
}

std::string at(const std::string& file, strangler::FileLocation location) {
  if (location.line == 0) return "";
  return file + ':' + std::to_string(location.line) + ':' + std::to_string(location.column) + ": ";
}

std::string verdict(const Report& report) {
  const auto count = [&](Weight weight) {
    return std::ranges::count(report.findings, weight, &Finding::weight);
  };
  const auto counted = [](std::ptrdiff_t number, const std::string& what) {
    return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
  };
  const auto problems = count(Weight::Problem), warnings = count(Weight::Warning);
  std::string text =
      problems != 0 ? "a proxy would not start with it" : "a proxy can start with it";
  if (problems != 0) text += "; " + counted(problems, "problem");
  if (warnings != 0) text += "; " + counted(warnings, "warning");
  if (problems == 0 && warnings == 0) text += "; nothing is unsafe or odd";
  return text;
}

std::vector<Line> explain(const Report& report, const Preview::Outcome& outcome) {
  std::vector<Line> lines;
  switch (outcome.answer) {
    case Preview::Answer::Route: explain_route(report, outcome, lines); break;
    case Preview::Answer::OwnPage:
      lines.push_back({"answered", "by the proxy itself: " + outcome.detail});
      break;
    case Preview::Answer::Operators: lines.push_back({"answered", outcome.detail}); break;
    case Preview::Answer::NotFound: lines.push_back({"refused", "404: " + outcome.detail}); break;
    case Preview::Answer::NotAllowed: lines.push_back({"refused", "405: " + outcome.detail}); break;
    case Preview::Answer::Refused: lines.push_back({"refused", "400: " + outcome.detail}); break;
  }
  if (outcome.beside != nullptr) {
    lines.push_back({"beside", "it misses " + outcome.beside->name +
                                   " by its spelling only, and does not move with it; see "
                                   "ignore_case and ignore_last_slash"});
  }
  return lines;
}

}  // namespace banyan::cli::check
