// SPDX-License-Identifier: Apache-2.0
#include "work_document.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace banyan::host {
namespace {

using Json = nlohmann::ordered_json;

Json side_view(const strangler::Window& window) {
  Json view = {{"units", window.requests}, {"failed", window.failures()}};
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
  Json document = {{"modules", Json::array()}};
  Json& modules = document["modules"];
  for (const WorkLedger::Row& row : ledger.read()) {
    if (modules.empty() || modules.back().at("module").get<std::string>() != row.module) {
      modules.push_back({{"module", row.module}, {"workers", Json::array()}});
    }
    Json worker = {{"worker", row.worker},
                   {"here", side_view(row.here)},
                   {"elsewhere", side_view(row.elsewhere)}};
    if (evidence != nullptr) {
      const auto verdict = evidence->of_worker(row.module, row.worker);
      if (verdict) worker["verdict"] = verdict_view(*verdict);
    }
    modules.back()["workers"].push_back(std::move(worker));
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace banyan::host
