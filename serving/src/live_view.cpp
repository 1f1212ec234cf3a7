// SPDX-License-Identifier: Apache-2.0
#include "live_view.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "banyan/control/admin_api.hpp"

namespace banyan::serving {
namespace {

using Json = nlohmann::ordered_json;
using Readings = std::map<std::pair<std::string, std::string>, Json>;

constexpr std::size_t kLogLines = 20;
constexpr std::size_t kTraces = 8;

std::string dump(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Readings readings_of(const telemetry::CallStatistics& statistics) {
  Readings readings;
  for (const auto& row : statistics.read()) {
    readings[{row.key.module, row.key.operation}].push_back({{"way", row.key.way},
                                                             {"count", row.latency.count},
                                                             {"failures", row.failures},
                                                             {"seconds", row.latency.sum_seconds},
                                                             {"buckets", row.latency.buckets}});
  }
  return readings;
}

Json find(const Readings& readings, std::string_view module, std::string_view operation) {
  const auto found = readings.find({std::string(module), std::string(operation)});
  return found == readings.end() ? Json::array() : found->second;
}

std::string path_as_written(const strangler::Route& route) {
  if (route.kind == strangler::PathKind::Template) return route.path;
  return route.path.ends_with('/') ? route.path + "*" : route.path + "/*";
}

Json operation_row(const Target& target, const Readings& requests, const Readings& calls) {
  const strangler::Route& route = target.route;
  Json row = {{"name", route.name},
              {"method", route.methods.to_string()},
              {"path", path_as_written(route)},
              {"effect", effect_text(route)}};
  if (target.operation != nullptr) {
    const Operation& operation = *target.operation->operation;
    row["name"] = operation.name;
    row["idempotency"] = to_string(operation.idempotency);
    row["summary"] = operation.summary;
  } else {
    row["summary"] =
        route.successor.empty() ? route.legacy : route.legacy + " → " + route.successor;
  }
  const std::string name = row["name"];
  row["requests"] = find(requests, target.statistics_module(), name);
  row["calls"] = find(calls, target.statistics_module(), name);
  return row;
}

/// The groups that answer for a rollout, as people write it: "shop → catalog-service".
std::string places(const RouteSnapshot& routes, std::string_view module) {
  std::set<std::string> old_groups;
  std::set<std::string> new_groups;
  for (const Target& target : routes.targets()) {
    if (target.statistics_module() != module) continue;
    if (target.old_side.pool != nullptr) old_groups.insert(target.old_side.pool->group.name);
    if (target.new_side.pool != nullptr) new_groups.insert(target.new_side.pool->group.name);
  }
  std::string text;
  for (const std::string& name : old_groups) text += (text.empty() ? "" : ", ") + name;
  for (const std::string& name : new_groups) text += " → " + name;
  return text;
}

std::string addresses(const ServedModule& module) {
  if (!module.service) return {};
  std::string text;
  for (const http::Endpoint& each : module.service->options().instances) {
    text += (text.empty() ? "" : ", ") + to_string(each);
  }
  return text;
}

/// Who calls a module in this process, operation by operation.
Json caller_rows(const ServedModule& module) {
  Json rows = Json::array();
  if (!module.callers) return rows;
  for (const auto& row : module.callers()) {
    rows.push_back({{"from", row.key.way},
                    {"operation", row.key.operation},
                    {"count", row.latency.count},
                    {"failures", row.failures},
                    {"seconds", row.latency.sum_seconds},
                    {"buckets", row.latency.buckets}});
  }
  return rows;
}

/// The newest of the traces that were kept, without their spans.
Json trace_rows(const tracing::Recorder& recorder) {
  std::vector<tracing::Recorder::KeptTrace> kept = recorder.kept();
  const auto began = [](const tracing::Recorder::KeptTrace& each) {
    return each.trace->unix_nanos(each.trace->root().started);
  };
  std::ranges::sort(kept, std::ranges::greater{}, began);
  if (kept.size() > kTraces) kept.resize(kTraces);
  Json rows = Json::array();
  for (const auto& each : kept) {
    const auto& root = each.trace->root();
    rows.push_back(
        {{"operation", each.operation},
         {"reason", to_string(each.reason)},
         {"trace_id", each.trace->trace_id},
         {"started", to_string(Timestamp{static_cast<std::int64_t>(began(each) / 1'000)})},
         {"took_us",
          std::chrono::duration_cast<std::chrono::microseconds>(root.finished - root.started)
              .count()}});
  }
  return rows;
}

Json module_row(const RouteSnapshot& routes, std::string_view name, const ServedModule* module) {
  if (module == nullptr) {
    return {{"name", name},
            {"runs", "remote"},
            {"at", places(routes, name)},
            {"data", ""},
            {"needs", Json::array()}};
  }
  return {{"name", name},
          {"runs", module->runs},
          {"at", addresses(*module)},
          {"data", module->data ? module->data() : std::string()},
          {"needs", module->needs},
          {"callers", caller_rows(*module)}};
}

Json side_row(const SideWindow::Reading& recent) {
  return {{"requests", recent.requests},
          {"failures", recent.failures},
          {"mean_seconds", recent.mean_seconds}};
}

Json switch_log(strangler::ControlStore& store) {
  Json rows = Json::array();
  const auto entries = store.history(kLogLines);
  if (!entries) return rows;
  for (const strangler::LogEntry& entry : *entries) {
    rows.push_back({{"kind", entry.kind},
                    {"seq", entry.seq},
                    {"note", entry.note},
                    {"time", to_string(entry.time)},
                    {"module", entry.module},
                    {"before", entry.before},
                    {"after", entry.after},
                    {"who", entry.who},
                    {"why", entry.why}});
    if (entry.evidence.empty()) continue;
    rows.back()["evidence"] = Json::parse(strangler::evidence_json(entry.evidence));
  }
  return rows;
}

Json upstream_rows(const RouteSnapshot& routes) {
  Json groups = Json::array();
  for (const auto& [name, pool] : routes.pools()) {
    const upstream::Group::Report report = pool->instances->report();
    Json instances = Json::array();
    for (const upstream::Group::Status& each : report.instances) {
      instances.push_back(
          {{"at", to_string(each.endpoint)},
           {"state", to_string(each.state)},
           {"check", to_string(each.check)},
           {"in_flight", each.in_flight},
           {"recent_requests", each.last_seconds.requests},
           {"recent_failures", each.last_seconds.failures},
           {"requests", each.requests},
           {"failures", each.failures},
           {"copies_paused_seconds", std::chrono::duration<double>(each.spares_paused).count()}});
    }
    groups.push_back({{"name", name},
                      {"balance", pool->group.least_loaded ? "least_loaded" : "round_robin"},
                      {"max_requests", pool->group.max_requests},
                      {"refused", pool->instances->refused()},
                      {"retries", report.retries.made},
                      {"rerouted", report.rerouted},
                      {"breaker", report.breaker ? Json(to_string(report.breaker->state)) : Json()},
                      {"instances", std::move(instances)}});
  }
  return groups;
}

std::string flavour(const Served& served, const RouteSnapshot& routes) {
  if (!served.flavour.empty()) return served.flavour;
  return "routes, generation " + std::to_string(routes.routing().generation);
}

/// The rows of the dashboard: in the order of the table, each once.
std::vector<std::string> module_names(const RouteSnapshot& routes) {
  std::vector<std::string> names;
  for (const Target& target : routes.targets()) {
    if (target.endpoint != nullptr) continue;
    const std::string_view name = target.statistics_module();
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
  return names;
}

}  // namespace

std::string LiveView::json() const {
  const auto routes = parts_.routes.read([](const auto& current) { return current; });
  const Readings requests = readings_of(parts_.telemetry.metrics.requests);
  const Readings calls = readings_of(parts_.telemetry.metrics.calls);
  const auto sides = parts_.sides.read(parts_.clock.steady());

  Json modules = Json::array();
  for (const std::string& name : module_names(*routes)) {
    const auto served = std::ranges::find(parts_.served.modules, name, &ServedModule::name);
    Json row =
        module_row(*routes, name, served == parts_.served.modules.end() ? nullptr : &*served);
    row["operations"] = Json::array();
    bool in_rollout = false;
    bool has_writes = false;
    strangler::Percent copies;
    for (const Target& target : routes->targets()) {
      if (target.endpoint != nullptr || target.statistics_module() != name) continue;
      row["operations"].push_back(operation_row(target, requests, calls));
      in_rollout = in_rollout || target.in_rollout();
      has_writes =
          has_writes || (target.in_rollout() && target.evidence_of(Effect::Write) != nullptr);
      if (target.both_sides) copies = target.both_sides->shadow.share;
    }
    if (in_rollout && parts_.control != nullptr) {
      const strangler::Traffic traffic = parts_.control->stages().traffic(name);
      row["stage"] = {{"name", to_string(traffic.stage)},
                      {"reads", to_string(traffic.reads)},
                      {"writes", to_string(traffic.writes)},
                      {"has_writes", has_writes},
                      {"copies", to_string(copies)}};
      const strangler::TunnelCounts live = parts_.tunnels.of(name);
      row["tunnels"] = {
          {"old_side", live.old_side}, {"new_side", live.new_side}, {"pinned", live.pinned}};
      row["beside"] = parts_.fall_through.of(name);
      for (const SideHealth::Row& side : sides) {
        if (side.rollout == name) row["recent"][to_string(side.side)] = side_row(side.recent);
      }
    }
    modules.push_back(std::move(row));
  }
  Json bounds = Json::array();
  for (std::size_t bucket = 0; bucket < telemetry::LatencyHistogram::kBuckets; ++bucket) {
    bounds.push_back(telemetry::LatencyHistogram::bound_seconds(bucket));
  }
  const std::chrono::duration<double> up = parts_.clock.steady() - started_;
  const auto& recorder = parts_.telemetry.recorder;
  return dump(
      {{"application", parts_.served.title},
       {"service", parts_.telemetry.service},
       {"kind", parts_.served.kind},
       {"version", parts_.served.version},
       {"process", ::getpid()},
       {"flavour", flavour(parts_.served, *routes)},
       {"uptime_seconds", up.count()},
       {"revision", parts_.control != nullptr ? parts_.control->stages().revision() : 0},
       {"bounds", std::move(bounds)},
       {"modules", std::move(modules)},
       {"upstreams", upstream_rows(*routes)},
       {"slow_ms", recorder ? Json(recorder->options().slow.count()) : Json()},
       {"traces", recorder ? trace_rows(*recorder) : Json::array()},
       {"log", parts_.control != nullptr ? switch_log(parts_.control->store()) : Json::array()}});
}

std::string LiveView::upstreams() const {
  const auto routes = parts_.routes.read([](const auto& current) { return current; });
  return dump({{"upstreams", upstream_rows(*routes)}});
}

}  // namespace banyan::serving
