// SPDX-License-Identifier: Apache-2.0
#include "telemetry/health.hpp"

#include <exception>
#include <nlohmann/json.hpp>

namespace banyan::telemetry {
namespace {

// A check that cannot even be made has failed, and must not take the asker down.
Health::Finding found_by(const Health::Check& check) {
  try {
    return check();
  } catch (const std::exception& fault) {
    return {false, fault.what()};
  }
}

}  // namespace

void Health::add(std::string name, bool required, Check check) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({std::move(name), required, std::move(check)});
}

void Health::drain() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
}

Health::Report Health::ready() const {
  const std::lock_guard lock(mutex_);
  Report report;
  nlohmann::ordered_json checks = nlohmann::ordered_json::object();
  for (const Entry& entry : entries_) {
    const Finding finding = found_by(entry.check);
    if (!finding.ok) (entry.required ? report.ready : report.degraded) = !entry.required;
    checks[entry.name] = {{{"status", finding.ok       ? "pass"
                                      : entry.required ? "fail"
                                                       : "warn"},
                           {"required", entry.required},
                           {"output", finding.message}}};
  }
  if (draining_) report.ready = false;
  const char* const status = !report.ready ? "fail" : report.degraded ? "warn" : "pass";
  nlohmann::ordered_json document = {{"status", status}, {"checks", std::move(checks)}};
  if (draining_) document["output"] = "draining: this process finishes its requests and stops";
  report.json = document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return report;
}

}  // namespace banyan::telemetry
