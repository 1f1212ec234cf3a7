// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/health.hpp"

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
  std::unique_lock looking(looking_, std::try_to_lock);
  if (!looking) {
    const std::lock_guard lock(mutex_);
    if (found_) return report();
  }
  if (!looking) looking.lock();
  {
    const std::lock_guard lock(mutex_);
    const bool complete = found_ && found_->findings.size() == entries_.size();
    if (complete && clock_->steady() - found_->at < kGoodFor) return report();
  }
  look();
  const std::lock_guard lock(mutex_);
  return report();
}

/// Without the lock that everybody needs: a check may take its time.
void Health::look() const {
  std::vector<Check> checks;
  {
    const std::lock_guard lock(mutex_);
    checks.reserve(entries_.size());
    for (const Entry& entry : entries_) checks.push_back(entry.check);
  }
  Found found;
  found.findings.reserve(checks.size());
  for (const Check& check : checks) found.findings.push_back(found_by(check));
  found.at = clock_->steady();
  const std::lock_guard lock(mutex_);
  found_ = std::move(found);
}

/// With the lock, and something found. An entry that came meanwhile is looked at the next time.
Health::Report Health::report() const {
  Report report;
  nlohmann::ordered_json checks = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < found_->findings.size(); ++i) {
    const Entry& entry = entries_[i];
    const Finding& finding = found_->findings[i];
    if (!finding.ok) {
      (entry.required ? report.ready : report.degraded) = !entry.required;
      report.problems.push_back({entry.name, finding.message});
    }
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
