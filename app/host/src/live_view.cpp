// SPDX-License-Identifier: Apache-2.0
#include "live_view.hpp"

#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace banyan::host {
namespace {

using Json = nlohmann::ordered_json;
using Rows =
    std::map<std::pair<std::string, std::string>, Json>;  // (module, operation) -> readings

Rows rows_of(const telemetry::CallStatistics& statistics) {
  Rows rows;
  for (const auto& row : statistics.read()) {
    rows[{row.key.module, row.key.operation}].push_back({{"way", row.key.way},
                                                         {"count", row.latency.count},
                                                         {"failures", row.failures},
                                                         {"seconds", row.latency.sum_seconds},
                                                         {"buckets", row.latency.buckets}});
  }
  return rows;
}

Json readings(const Rows& rows, const std::string& module, std::string_view operation) {
  const auto found = rows.find({module, std::string(operation)});
  return found == rows.end() ? Json::array() : found->second;
}

std::string flavour(const Assembly& assembly) {
  std::string text;
  for (const auto& module : assembly.modules()) {
    const Linkage linkage = module->entry->linkage;
    if (linkage == Linkage::Linked) continue;
    text += (text.empty() ? "" : ", ") + module->name() +
            (linkage == Linkage::Routed ? " routed" : " extracted");
  }
  return text.empty() ? "everything linked" : text;
}

}  // namespace

std::string LiveView::json() const {
  Json bounds = Json::array();
  for (std::size_t i = 0; i < telemetry::LatencyHistogram::kBuckets; ++i) {
    bounds.push_back(telemetry::LatencyHistogram::bound_seconds(i));
  }
  const Rows requests = rows_of(parts_.metrics.requests);
  const Rows calls = rows_of(parts_.metrics.calls);

  Json modules = Json::array();
  for (const auto& module : parts_.assembly.modules()) {
    if (module->runs() == "absent") continue;
    const binding::PortDescription port = module->entry->describe();
    Json operations = Json::array();
    for (const auto& each : port.operations) {
      operations.push_back({{"name", each.operation->name},
                            {"method", each.at.method},
                            {"path", each.at.path},
                            {"effect", to_string(each.operation->effect)},
                            {"idempotency", to_string(each.operation->idempotency)},
                            {"summary", each.operation->summary},
                            {"requests", readings(requests, module->name(), each.operation->name)},
                            {"calls", readings(calls, module->name(), each.operation->name)}});
    }
    Json row = {
        {"name", module->name()},
        {"runs", module->runs()},
        {"at", module->service ? to_string(*module->service) : std::string()},
        {"data", module->here ? parts_.database.place_of(module->name()).file.filename().string()
                              : std::string()},
        {"needs", module->entry->needs},
        {"operations", std::move(operations)}};
    if (module->routed && parts_.stages != nullptr) {
      const strangler::Traffic traffic = parts_.stages->traffic(module->name());
      row["stage"] = {{"name", to_string(traffic.stage)},
                      {"reads", to_string(traffic.reads)},
                      {"writes", to_string(traffic.writes)}};
    }
    modules.push_back(std::move(row));
  }

  Json log = Json::array();
  if (parts_.store != nullptr) {
    if (const auto entries = parts_.store->log(20)) {
      for (const auto& entry : *entries) {
        log.push_back({{"seq", entry.seq},
                       {"time", to_string(entry.time)},
                       {"module", entry.module},
                       {"before", entry.before},
                       {"after", entry.after},
                       {"who", entry.who},
                       {"why", entry.why}});
      }
    }
  }
  const std::chrono::duration<double> up = system_clock().steady() - parts_.started;
  const Json document = {{"application", parts_.application.title},
                         {"version", parts_.application.version},
                         {"process", ::getpid()},
                         {"flavour", flavour(parts_.assembly)},
                         {"uptime_seconds", up.count()},
                         {"revision", parts_.stages != nullptr ? parts_.stages->revision() : 0},
                         {"bounds", std::move(bounds)},
                         {"modules", std::move(modules)},
                         {"log", std::move(log)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace banyan::host
