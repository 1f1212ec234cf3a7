// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "check/report.hpp"
#include "check/words.hpp"

namespace banyan::cli::check {
namespace {

using Json = nlohmann::ordered_json;
using serving::Preview;

std::string text_of(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string_view name_of(Preview::Answer answer) {
  switch (answer) {
    case Preview::Answer::Route: return "route";
    case Preview::Answer::OwnPage: return "own_page";
    case Preview::Answer::Operators: return "operators";
    case Preview::Answer::NotFound: return "not_found";
    case Preview::Answer::NotAllowed: return "not_allowed";
    case Preview::Answer::Refused: break;
  }
  return "refused";
}

Json destination(const Preview::Destination& to) {
  Json object = {{"upstream", to.upstream}, {"target", to.target}};
  if (!to.host.empty()) object["host"] = to.host;
  return object;
}

/// Where each stage leads; a write of a canary stays.
Json stages(const Preview::Outcome& outcome) {
  const Json old_side = destination(*outcome.old_side);
  if (!outcome.new_side) return {{"always", old_side}};
  const Json new_side = destination(*outcome.new_side);
  Json canary = {{"others", old_side}};
  if (outcome.effect == Effect::Read) canary["share"] = new_side;
  return {{"legacy", old_side}, {"canary", std::move(canary)}, {"moved", new_side}};
}

Json request(const Report& report, const Example& example) {
  const Preview::Outcome outcome = report.preview.request(example.method, example.target);
  Json object = {
      {"method", example.method}, {"target", example.target}, {"answer", name_of(outcome.answer)}};
  if (outcome.route != nullptr) {
    object["route"] = outcome.route->name;
    object["effect"] = to_string(outcome.effect);
    if (!outcome.route->rollout.empty()) {
      object["rollout"] = outcome.route->rollout;
      object["stage"] = to_string(report.store.traffic(outcome.route->rollout));
    }
    if (outcome.old_side) object["goes_to"] = stages(outcome);
  } else {
    object["detail"] = outcome.detail;
  }
  if (outcome.beside != nullptr) object["beside"] = outcome.beside->name;
  return object;
}

Json route(const strangler::Route& route) {
  Json object = {{"name", route.name},
                 {"methods", route.methods.to_string()},
                 {"kind", route.kind == strangler::PathKind::Prefix ? "prefix" : "path"},
                 {"path", route.path},
                 {"effect", strangler::effect_text(route)},
                 {"legacy", route.legacy}};
  if (!route.successor.empty()) object["successor"] = route.successor;
  if (!route.rollout.empty()) object["rollout"] = route.rollout;
  object["line"] = route.location.line;
  return object;
}

Json finding(std::string_view weight, std::string_view rule, strangler::FileLocation location,
             std::string_view message) {
  Json object = {{"weight", weight}, {"rule", rule}};
  if (location.line != 0) object["line"] = location.line;
  if (location.line != 0) object["column"] = location.column;
  object["message"] = message;
  return object;
}

}  // namespace

std::string to_json(const Report& report) {
  const strangler::Configuration& configuration = report.preview.configuration();
  Json document = {{"file", report.file}};
  document["starts"] = std::ranges::none_of(
      report.findings, [](const Finding& each) { return each.weight == Weight::Problem; });
  document["listeners"] = Json::array();
  for (const Preview::Listening& each : report.preview.listening()) {
    document["listeners"].push_back({{"url", each.url},
                                     {"clients", each.clients},
                                     {"operators", each.operators},
                                     {"this_machine_only", each.of_this_machine},
                                     {"tls", each.tls}});
  }
  document["upstreams"] = Json::array();
  for (const strangler::UpstreamGroup& each : configuration.upstreams) {
    document["upstreams"].push_back({{"name", each.name}, {"instances", instances_of(each)}});
  }
  document["rollouts"] = Json::array();
  for (const strangler::RolloutPlan& each : configuration.rollouts) {
    Json row = {{"name", each.name}};
    if (auto stage = stage_now(report, each.name)) row["stage"] = std::move(*stage);
    document["rollouts"].push_back(std::move(row));
  }
  document["routes"] = Json::array();
  for (const strangler::Route* each : report.preview.by_precedence()) {
    document["routes"].push_back(route(*each));
  }
  document["requests"] = Json::array();
  for (const Example& each : report.examples) document["requests"].push_back(request(report, each));
  document["findings"] = Json::array();
  for (const Finding& each : report.findings) {
    document["findings"].push_back(
        finding(to_string(each.weight), each.rule, each.location, each.message));
  }
  return text_of(document);
}

std::string to_json(const std::string& file, const std::vector<strangler::FileProblem>& problems) {
  std::string detail = file + " is not right, and nothing starts with it";
  if (!problems.empty()) detail += ": " + to_string(problems.front());
  Json document = {{"file", file},
                   {"starts", false},
                   {"code", to_string(ErrorCode::FailedPrecondition)},
                   {"rule", "check.refused"},
                   {"detail", detail},
                   {"findings", Json::array()}};
  for (const strangler::FileProblem& each : problems) {
    document["findings"].push_back(
        finding(to_string(Weight::Problem), "check.refused", each.location, each.message));
  }
  return text_of(document);
}

}  // namespace banyan::cli::check
