// SPDX-License-Identifier: Apache-2.0
#include "call_fallback.hpp"

#include <cstdio>
#include <exception>
#include <mutex>

#include "banyan/serving/server.hpp"

namespace banyan::host {
namespace {

/// Whom a fallback would do no good: a copy, which nobody waits for, a tester, who wants to see how
/// the service does, and a call whose time is over.
bool is_for_nobody(const FallbackGate::Call& call, const Clock& clock) {
  const RoutingDecision* const decided = call.context.routed(call.port.name);
  const bool forced = decided != nullptr && decided->forced;
  return forced || call.context.copy || call.context.expired(clock);
}

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
  if (is_for_nobody(call, clock_)) return false;
  // What goes wrong here must not take the call down with it.
  bool open = false;
  try {
    open = may(call);
    if (open) tell(call);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fallback: %s\n", error.what());
  }
  return open;
}

bool CallFallback::may(const Call& call) {
  const std::shared_lock lock(mutex_);
  return server_ != nullptr &&
         server_->may_answer_here(call.port.name,
                                  evidence_.recent_here(call.port.name, clock_.steady()));
}

// Once for an action: of its next reads the service was not asked.
void CallFallback::tell(const Call& call) {
  if (call.error == nullptr || !log_.takes(telemetry::Level::Warning)) return;
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
