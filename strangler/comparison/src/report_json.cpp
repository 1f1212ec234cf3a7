// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "banyan/comparison/report.hpp"
#include "distance_text.hpp"
#include "masking.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;

/// What has to be said to ask it again: with "…" for what goes there.
Json needs_json(const HiddenOfRequest& hidden) {
  Json json = Json::object();
  if (!hidden.target.empty()) {
    Json parts = Json::array();
    for (const HiddenPart& each : hidden.parts) {
      parts.push_back({{"name", each.name}, {"form", each.form}});
    }
    json["target"] = hidden.target;
    json["parts"] = std::move(parts);
  }
  if (!hidden.fields.empty()) json["headers"] = hidden.fields;
  if (!hidden.may_be_said.empty()) json["may_add"] = hidden.may_be_said;
  if (hidden.body) json["body"] = true;
  return json;
}

Json example_json(const ComparedExample& example) {
  Json fields = Json::object();
  for (const auto& [name, value] : example.request_fields) fields[name] = value;
  Json json = {{"number", example.number},
               {"time", to_string(example.time)},
               {"request", example.request_line}};
  if (!example.correlation_id.empty()) json["correlation_id"] = example.correlation_id;
  if (!fields.empty()) json["fields"] = std::move(fields);
  if (!example.request_body.empty()) json["body"] = example.request_body;
  json["replayable"] = example.replayable();
  if (Json needs = needs_json(example.hidden); !needs.empty()) json["needs"] = std::move(needs);
  if (!example.distance.empty()) json["distance"] = example.distance;
  json["old"] = {
      {"status", example.old_status}, {"value", example.old_value}, {"body", example.old_body}};
  json["new"] = {
      {"status", example.new_status}, {"value", example.new_value}, {"body", example.new_body}};
  return json;
}

Json operation_json(const OperationReport& operation) {
  Json classes = Json::object();
  for (std::size_t i = 0; i < operation.by_class.size(); ++i) {
    if (operation.by_class[i] > 0) classes[std::to_string(i + 1) + "xx"] = operation.by_class[i];
  }
  return {{"operation", operation.operation},
          {"pairs", operation.pairs},
          {"same_bytes", operation.same_bytes},
          {"same", operation.same},
          {"noise", operation.noise},
          {"differing", operation.differing},
          {"ignored", operation.ignored},
          {"own_pairs", operation.own_pairs},
          {"own_differing", operation.own_differing},
          {"by_class", std::move(classes)}};
}

Json field_json(const FieldReport& field) {
  Json kinds = Json::object();
  for (std::size_t i = 0; i < field.kinds.size(); ++i) {
    if (field.kinds[i] > 0)
      kinds[std::string(to_string(static_cast<DifferenceKind>(i)))] = field.kinds[i];
  }
  Json examples = Json::array();
  for (const ComparedExample& each : field.examples) examples.push_back(example_json(each));
  Json json = {{"operation", field.operation},
               {"path", field.path},
               {"opinion", to_string(field.opinion)},
               {"confidence", field.confidence},
               {"declared", field.declared},
               {"kinds", std::move(kinds)},
               {"old_new", {{"differing", field.old_new}, {"pairs", field.old_new_pairs}}},
               {"old_old", {{"differing", field.old_old}, {"pairs", field.old_old_pairs}}},
               {"first", to_string(field.first)},
               {"last", to_string(field.last)}};
  if (!field.note.empty()) json["note"] = field.note;
  json["examples"] = std::move(examples);
  return json;
}

}  // namespace

std::string to_json(const Comparison& comparison, bool clear) {
  Json differences = Json::array();
  for (const Difference& each : comparison.differences) {
    const auto shown = [&](const std::string& value) {
      return clear || each.open ? value : mask_value(each, value);
    };
    Json json = {{"path", each.path},
                 {"kind", to_string(each.kind)},
                 {"old", shown(each.old_value)},
                 {"new", shown(each.new_value)}};
    if (!clear && !each.open) {
      if (std::string far = distance_text(each); !far.empty()) json["distance"] = std::move(far);
    }
    if (!each.note.empty()) json["note"] = each.note;
    differences.push_back(std::move(json));
  }
  const Json json = {{"same", comparison.same()},
                     {"same_bytes", comparison.same_bytes},
                     {"ignored", comparison.ignored},
                     {"folded", comparison.folded},
                     {"differences", std::move(differences)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const ComparisonReport& report) {
  Json operations = Json::array();
  for (const OperationReport& each : report.operations) operations.push_back(operation_json(each));
  Json fields = Json::array();
  for (const FieldReport& each : report.fields) fields.push_back(field_json(each));
  const Json json = {{"operations", std::move(operations)},
                     {"fields", std::move(fields)},
                     {"folded",
                      {{"operations", report.folded_operations},
                       {"fields", report.folded_fields},
                       {"examples", report.dropped_examples}}},
                     {"bytes", report.bytes},
                     {"masked", report.masked}};
  // Bodies hold whatever somebody sent.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace banyan::strangler
