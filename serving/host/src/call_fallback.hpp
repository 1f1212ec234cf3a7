// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <shared_mutex>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/fallback.hpp"
#include "banyan/serving/failure_log.hpp"
#include "banyan/telemetry/contained.hpp"
#include "banyan/telemetry/log.hpp"
#include "call_evidence.hpp"

namespace banyan::serving {
class Server;
}

namespace banyan::host {

/// Lets a module of this process answer reads of pages, other modules and sagas in place of its
/// service, by the rules and out of the budget of requests, which the server knows. Before begin()
/// and after end() none does. Safe for concurrent use.
class CallFallback final : public FallbackGate {
 public:
  /// All must outlive it. `on_fault` is told what keeps it from deciding, or from telling; it must
  /// not wait.
  CallFallback(const CallEvidence& evidence, const telemetry::Log& log, const Clock& clock,
               telemetry::OnFault on_fault)
      : evidence_(evidence),
        log_(log),
        clock_(clock),
        on_fault_(std::move(on_fault)),
        failures_(clock) {}

  /// From now on the server is asked; until end() it must be there.
  void begin(serving::Server& server);
  /// Waits for those who ask it right now.
  void end();

  bool opens(const Call& call) noexcept override;

 private:
  bool may(const Call& call);
  void tell(const Call& call);

  const CallEvidence& evidence_;
  const telemetry::Log& log_;
  const Clock& clock_;
  telemetry::OnFault on_fault_;
  serving::FailureLog failures_;
  std::shared_mutex mutex_;
  serving::Server* server_ = nullptr;
};

}  // namespace banyan::host
