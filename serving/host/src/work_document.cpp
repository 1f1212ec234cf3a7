// SPDX-License-Identifier: Apache-2.0
#include "work_document.hpp"

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace banyan::host {
namespace {

using Json = nlohmann::ordered_json;

Json side_view(const strangler::Window& window, std::uint64_t hindered) {
  Json view = {{"units", window.requests}, {"failed", window.failures()}, {"hindered", hindered}};
  if (window.latency.total() == 0) return view;
  const auto lag = [&](double quantile) {
    constexpr double kMicros = 1e6;
    return static_cast<double>(window.latency.quantile(quantile).count()) / kMicros;
  };
  view["lag_p50_seconds"] = lag(0.5);
  view["lag_p90_seconds"] = lag(0.9);
  return view;
}

}  // namespace

Json verdict_view(const strangler::OperationVerdict& verdict) {
  return {{"judgement", to_string(verdict.judgement)},
          {"reason", verdict.reason},
          {"samples", verdict.samples},
          {"samples_before", verdict.before}};
}

std::string work_json(const WorkLedger& ledger, const WorkEvidence* evidence) {
  std::map<std::string, Json> modules;
  const auto of = [&](const std::string& name) -> Json& {
    return modules.try_emplace(name, Json{{"module", name}, {"workers", Json::array()}})
        .first->second;
  };
  for (const auto& [module, why] : ledger.not_told()) of(module)["not_told"] = why;
  for (const WorkLedger::Row& row : ledger.read()) {
    Json worker = {{"worker", row.worker},
                   {"here", side_view(row.here, row.hindered_here)},
                   {"elsewhere", side_view(row.elsewhere, row.hindered_elsewhere)}};
    if (evidence != nullptr) {
      const auto verdict = evidence->of_worker(row.module, row.worker);
      if (verdict) worker["verdict"] = verdict_view(*verdict);
    }
    of(row.module)["workers"].push_back(std::move(worker));
  }
  Json document = {{"modules", Json::array()}};
  for (auto& [name, module] : modules) document["modules"].push_back(std::move(module));
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace banyan::host
