// SPDX-License-Identifier: Apache-2.0
#include "live_view.hpp"

#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;
using Readings = std::map<std::pair<std::string, std::string>, Json>;

constexpr std::size_t kLogLines = 20;

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

std::string path_as_written(const Route& route) {
  if (route.kind == PathKind::Template) return route.path;
  return route.path.ends_with('/') ? route.path + "*" : route.path + "/*";
}

std::string module_of(const Route& route) {
  return route.migration.empty() ? std::string(kNotMigrated) : route.migration;
}

/// The groups that answer for a module, as people write it: "shop → catalog-service".
std::string places(const Site& site, const std::string& module) {
  std::set<std::string> old_groups;
  std::set<std::string> new_groups;
  for (const Route& route : site.routing().table.routes()) {
    if (module_of(route) != module) continue;
    if (!route.legacy.empty()) old_groups.insert(route.legacy);
    if (!route.successor.empty()) new_groups.insert(route.successor);
  }
  std::string text;
  for (const std::string& name : old_groups) text += (text.empty() ? "" : ", ") + name;
  for (const std::string& name : new_groups) text += " → " + name;
  return text;
}

Json operations(const Site& site, const std::string& module, const Readings& readings) {
  Json rows = Json::array();
  for (const Route& route : site.routing().table.routes()) {
    if (module_of(route) != module) continue;
    const auto found = readings.find({module, route.name});
    rows.push_back({{"name", route.name},
                    {"method", route.methods.to_string()},
                    {"path", path_as_written(route)},
                    {"effect", to_string(route.effect)},
                    {"summary", route.successor.empty() ? route.legacy
                                                        : route.legacy + " → " + route.successor},
                    {"requests", found == readings.end() ? Json::array() : found->second},
                    {"calls", Json::array()}});
  }
  return rows;
}

Json modules(const Site& site, const Stages& stages, const Tunnels& tunnels,
             const Readings& readings) {
  std::set<std::string> names;
  for (const Route& route : site.routing().table.routes()) names.insert(module_of(route));
  Json rows = Json::array();
  for (const std::string& name : names) {
    Json row = {
        {"name", name}, {"runs", "remote"},       {"at", places(site, name)},
        {"data", ""},   {"needs", Json::array()}, {"operations", operations(site, name, readings)}};
    if (site.has_successor(name)) {
      const Traffic traffic = stages.traffic(name);
      row["stage"] = {{"name", to_string(traffic.stage)},
                      {"reads", to_string(traffic.reads)},
                      {"writes", to_string(traffic.writes)}};
      const TunnelCounts live = tunnels.of(name);
      row["tunnels"] = {
          {"old_side", live.old_side}, {"new_side", live.new_side}, {"pinned", live.pinned}};
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json switch_log(ControlStore& store) {
  Json rows = Json::array();
  const auto entries = store.log(kLogLines);
  if (!entries) return rows;
  for (const LogEntry& entry : *entries) {
    rows.push_back({{"seq", entry.seq},
                    {"time", to_string(entry.time)},
                    {"module", entry.module},
                    {"before", entry.before},
                    {"after", entry.after},
                    {"who", entry.who},
                    {"why", entry.why}});
  }
  return rows;
}

Json upstreams(const Site& site) {
  Json groups = Json::array();
  for (const auto& [name, pool] : site.pools()) {
    Json instances = Json::array();
    for (const InstanceGroup::Status& each : pool->instances->status()) {
      instances.push_back({{"at", to_string(each.endpoint)},
                           {"state", to_string(each.state)},
                           {"check", to_string(each.check)},
                           {"in_flight", each.in_flight},
                           {"recent_requests", each.last_seconds.requests},
                           {"recent_failures", each.last_seconds.failures},
                           {"requests", each.requests},
                           {"failures", each.failures}});
    }
    groups.push_back({{"name", name},
                      {"balance", pool->group.least_loaded ? "least_loaded" : "round_robin"},
                      {"max_requests", pool->group.max_requests},
                      {"refused", pool->instances->refused()},
                      {"instances", std::move(instances)}});
  }
  return groups;
}

}  // namespace

std::string live_json(const Site& site, const Stages& stages, const Tunnels& tunnels,
                      ControlStore& store, const telemetry::Metrics& metrics, SteadyTime started) {
  Json bounds = Json::array();
  for (std::size_t bucket = 0; bucket < telemetry::LatencyHistogram::kBuckets; ++bucket) {
    bounds.push_back(telemetry::LatencyHistogram::bound_seconds(bucket));
  }
  const std::chrono::duration<double> up = system_clock().steady() - started;
  return dump({{"application", "banyan proxy"},
               {"process", ::getpid()},
               {"flavour", "routes, generation " + std::to_string(site.routing().generation)},
               {"uptime_seconds", up.count()},
               {"revision", stages.revision()},
               {"bounds", std::move(bounds)},
               {"modules", modules(site, stages, tunnels, readings_of(metrics.requests))},
               {"upstreams", upstreams(site)},
               {"log", switch_log(store)}});
}

std::string upstreams_json(const Site& site) { return dump({{"upstreams", upstreams(site)}}); }

std::vector<telemetry::Gauge> gauges(const Site& site, const Stages& stages) {
  std::vector<telemetry::Gauge> all;
  for (const auto& [name, pool] : site.pools()) {
    for (const InstanceGroup::Status& each : pool->instances->status()) {
      const std::vector<std::pair<std::string, std::string>> labels = {
          {"group", name}, {"instance", to_string(each.endpoint)}};
      all.push_back({"banyan_upstream_healthy", "1 while the instance is not taken for ill", labels,
                     each.state == InstanceState::Healthy ? 1.0 : 0.0, false});
      if (each.check != CheckState::None) {
        all.push_back({"banyan_upstream_check_passing", "1 while the health check passes", labels,
                       each.check == CheckState::Passing ? 1.0 : 0.0, false});
      }
      all.push_back({"banyan_upstream_in_flight", "requests under way at the instance", labels,
                     static_cast<double>(each.in_flight), false});
      all.push_back({"banyan_upstream_requests_total", "requests sent to the instance", labels,
                     static_cast<double>(each.requests), true});
      all.push_back({"banyan_upstream_failures_total", "requests that the instance failed", labels,
                     static_cast<double>(each.failures), true});
    }
  }
  for (const auto& [name, pool] : site.pools()) {
    all.push_back({"banyan_upstream_refused_total",
                   "requests that were refused because every instance was full",
                   {{"group", name}},
                   static_cast<double>(pool->instances->refused()),
                   true});
  }
  for (const std::string& migration : site.routing().configuration.migration_names()) {
    const Traffic traffic = stages.traffic(migration);
    all.push_back({"banyan_migration_reads_ratio",
                   "share of the reads that the new side answers",
                   {{"migration", migration}},
                   traffic.reads.hundredths() / 10'000.0,
                   false});
    all.push_back({"banyan_migration_writes_moved",
                   "1 when the new side takes the writes",
                   {{"migration", migration}},
                   traffic.writes == Side::Remote ? 1.0 : 0.0,
                   false});
  }
  all.push_back({"banyan_routes_generation",
                 "how often the routes were read",
                 {},
                 static_cast<double>(site.routing().generation),
                 false});
  return all;
}

std::vector<telemetry::Gauge> own_gauges(const AccessLog* log, const http::Server* server) {
  std::vector<telemetry::Gauge> all;
  if (server != nullptr) {
    all.push_back({"banyan_connections",
                   "connections of clients",
                   {},
                   static_cast<double>(server->connections()),
                   false});
    const http::Server::TurnedAway away = server->turned_away();
    const auto count = [&](const char* limit, std::uint64_t value) {
      all.push_back({"banyan_connections_refused_total",
                     "connections for which there was no room",
                     {{"limit", limit}},
                     static_cast<double>(value),
                     true});
    };
    count("connections", away.by_limit);
    count("connections_per_client", away.by_client_limit);
  }
  if (log != nullptr) {
    all.push_back({"banyan_access_log_lines_total",
                   "lines written to the access log",
                   {},
                   static_cast<double>(log->written()),
                   true});
    all.push_back({"banyan_access_log_dropped_total",
                   "lines of the access log that were dropped because the disk could not keep up",
                   {},
                   static_cast<double>(log->dropped()),
                   true});
  }
  return all;
}

}  // namespace banyan::strangler
