// SPDX-License-Identifier: Apache-2.0
#include "dependency_probe.hpp"

#include <chrono>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "service_client.hpp"

namespace banyan::host {
namespace {

constexpr std::chrono::seconds kInterval{1};

}  // namespace

DependencyProbe::DependencyProbe(std::string name, const http::Endpoint& endpoint,
                                 std::shared_ptr<http::TlsClient> tls, Scheduler& scheduler)
    : name_(std::move(name)),
      client_(client_beside_calls(endpoint, std::move(tls))),
      finding_{true, "not asked yet"},
      handle_(scheduler.every(kInterval, [this] { ask(); })) {
  handle_->wake();
}

void DependencyProbe::ask() {
  http::Request request;
  request.head.method = "GET";
  request.head.target = "/health/live";
  const auto answer = ask_beside_calls(*client_, request, system_clock());
  telemetry::Health::Finding found;
  if (!answer) {
    found = {false, name_ + " does not answer: " + answer.error().message};
  } else if (answer->head.status != 200) {
    found = {false, name_ + " answers " + std::to_string(answer->head.status)};
  } else {
    found = {true, name_ + " is there"};
  }
  const std::lock_guard lock(mutex_);
  finding_ = std::move(found);
}

telemetry::Health::Finding DependencyProbe::finding() const {
  const std::lock_guard lock(mutex_);
  return finding_;
}

}  // namespace banyan::host
