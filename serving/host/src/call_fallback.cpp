// SPDX-License-Identifier: Apache-2.0
#include "call_fallback.hpp"

#include <chrono>
#include <mutex>
#include <string_view>

#include "banyan/serving/server.hpp"

namespace banyan::host {
namespace {

/// With less left a module can hardly answer, and its answer would be late.
constexpr std::chrono::milliseconds kTimeToAnswer{5};

/// Whom coming home would do no good: a copy, which nobody waits for, a tester, who wants to see
/// how the service does, and a call whose time is over.
bool is_for_nobody(const FallbackGate::Call& call, const Clock& clock) {
  const RoutingDecision* const decided = call.context.routed(call.port.name);
  const bool forced = decided != nullptr && decided->forced;
  return forced || call.context.copy || call.context.remaining(clock) < kTimeToAnswer;
}

/// The action has come home before, which was counted and told then.
bool stays(const FallbackGate::Call& call) { return call.error == nullptr; }

}  // namespace

void CallFallback::begin(serving::Server& server) {
  const std::unique_lock lock(mutex_);
  server_ = &server;
}

void CallFallback::end() {
  const std::unique_lock lock(mutex_);
  server_ = nullptr;
}

bool CallFallback::opens(const Call& call) noexcept {
  if (!stays(call) && is_for_nobody(call, clock_)) return false;
  // What goes wrong here must not take the call down with it.
  bool open = false;
  telemetry::contain(
      [&] {
        open = may(call);
        if (open && !stays(call)) tell(call);
      },
      on_fault_);
  return open;
}

bool CallFallback::may(const Call& call) {
  const std::shared_lock lock(mutex_);
  if (server_ == nullptr) return false;
  const std::string_view module = call.port.name;
  if (stays(call)) return server_->may_stay_here(module);
  return server_->may_answer_here(module, evidence_.recent_here(module, clock_.steady()));
}

void CallFallback::tell(const Call& call) {
  if (!log_.takes(telemetry::Level::Warning)) return;
  const auto untold = failures_.admit();
  if (!untold) return;
  log_.write(telemetry::Level::Warning, "fell_back", call.context,
             {{"module", call.port.name},
              {"operation", call.operation.name},
              {"side", to_string(Side::Remote)},
              {"outcome", call.error->rule},
              {"message", call.error->message},
              {"suppressed", *untold}});
}

}  // namespace banyan::host
