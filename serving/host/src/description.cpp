// SPDX-License-Identifier: Apache-2.0
#include "description.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "banyan/events/event_types.hpp"
#include "banyan/json/shape.hpp"

namespace banyan::host {
namespace {

std::vector<std::string> field_names(const json::Shape* shape) {
  std::vector<std::string> names;
  for (const json::Field& field : shape->fields) names.emplace_back(field.name);
  return names;
}

std::string version_text(const Version& version) {
  return std::to_string(version.major) + '.' + std::to_string(version.minor);
}

map::OperationInfo operation_info(const binding::OperationDescription& described) {
  const Operation& operation = *described.operation;
  map::OperationInfo info;
  info.name = operation.name;
  info.summary = operation.summary;
  info.writes = operation.effect == Effect::Write;
  info.repeated = to_string(operation.idempotency);
  info.internal = operation.audience == Audience::Internal;
  info.precondition = operation.precondition;
  info.postcondition = operation.postcondition;
  for (const std::string_view rule : operation.errors) info.rules.emplace_back(rule);
  info.method = described.at.method;
  info.path = described.at.path;
  info.fields = field_names(described.request);
  info.answer = field_names(described.response);
  return info;
}

std::string word_of(StepKind kind) {
  switch (kind) {
    case StepKind::Compensable: return "compensable";
    case StepKind::Pivot: return "pivot";
    case StepKind::Retriable: return "retriable";
    case StepKind::Await: return "await";
  }
  return {};
}

map::SagaInfo saga_info(const SagaOutline& outline) {
  map::SagaInfo info;
  info.name = outline.name;
  info.version = outline.version;
  info.summary = outline.summary;
  info.deadline_seconds = outline.deadline.count();
  for (const SagaStep& step : outline.steps) {
    info.steps.push_back({word_of(step.kind), step.dependency, step.name, step.undo});
  }
  return info;
}

map::ModuleInfo module_info(const Application& application, const ModuleEntry& entry) {
  const binding::PortDescription port = entry.describe();
  map::ModuleInfo info;
  info.name = port.port->name;
  info.version = version_text(port.port->version);
  info.summary = port.port->summary;
  info.needs = entry.needs;
  info.follows = entry.subscribes;
  info.parties = entry.parties;
  info.tables = entry.tables;
  for (const binding::OperationDescription& each : port.operations) {
    info.operations.push_back(operation_info(each));
  }
  if (entry.published != nullptr) {
    for (const events::EventType& each : entry.published()) {
      info.events.push_back({std::string(each.info->name), each.info->version,
                             std::string(each.info->summary), std::string(each.info->key),
                             field_names(each.shape)});
    }
  }
  if (entry.saga_outlines != nullptr) {
    for (const SagaOutline& each : entry.saga_outlines()) info.sagas.push_back(saga_info(each));
  }
  for (const AllowedViolation& violation : application.violations) {
    if (violation.module == info.name)
      info.violations.push_back({violation.table, violation.reason});
  }
  return info;
}

}  // namespace

map::Description description_of(const Application& application,
                                const std::vector<ModuleEntry>& table) {
  map::Description description;
  description.name = application.name;
  description.title = application.title;
  description.version = application.version;
  description.summary = application.description;
  for (const ModuleEntry& entry : table) {
    description.modules.push_back(module_info(application, entry));
  }
  for (const SharedTable& each : application.shared_tables) {
    description.shared_tables.push_back({each.table, each.users});
  }
  return description;
}

map::Description with_callers(map::Description description, const Assembly& assembly) {
  for (map::ModuleInfo& module : description.modules) {
    for (const auto& row : assembly.callers_of(module.name)) {
      const auto called =
          std::ranges::find(module.operations, row.key.operation, &map::OperationInfo::name);
      if (row.latency.count == 0 || called == module.operations.end()) continue;
      called->callers.push_back(row.key.way);
    }
  }
  return description;
}

map::Places places_of(const Assembly& assembly) {
  map::Places places;
  for (const auto& module : assembly.modules()) {
    map::Place place;
    const std::string service = module->service ? "at " + to_string(*module->service) : "";
    if (module->here) place.text = module->rehearsed ? "here, behind its whole wire" : "here";
    if (!service.empty()) place.text += (place.text.empty() ? "" : ", and ") + service;
    if (place.text.empty()) place.text = "not of this process";
    place.elsewhere = module->service.has_value();
    places.emplace(module->name(), std::move(place));
  }
  return places;
}

}  // namespace banyan::host
