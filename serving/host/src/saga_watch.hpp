// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "assembly.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/saga.hpp"
#include "banyan/telemetry/health.hpp"
#include "banyan/telemetry/log.hpp"
#include "banyan/telemetry/metric.hpp"

namespace banyan::host {

/// Sees to it that sagas are heard of which do not get to their end by themselves: those that are
/// stuck, and those that are not over past their deadline.
///
///     tables of the modules here ── every few seconds ──▶ log (once each), metrics, health
///
/// Nobody who asks for metrics or health asks a database. Safe for concurrent use.
class SagaWatch {
 public:
  /// All must outlive it. Looks at once, and every few seconds.
  SagaWatch(const Assembly& assembly, const Environment& environment, const telemetry::Log& log);

  /// A round: what the scheduler does.
  void look();

  /// Passes while none is stuck or past its deadline. The process serves on all the same.
  telemetry::Health::Finding finding() const;
  /// Of a module whose tables could not be read the last time there are none.
  std::vector<telemetry::Sample> samples() const;

 private:
  struct Watched {
    const HostedModule* module = nullptr;
    std::optional<SagaFigures> figures{};  ///< nothing: they are not known just now
    // What the log has; who gets on is forgotten, and told of anew the next time.
    std::set<SagaId> stuck{};
    std::set<SagaId> overdue{};
  };

  void look_at(Watched& watched);
  void tell(const HostedModule& module, const SagaInstance& saga, bool stuck) const;

  const Environment environment_;
  const telemetry::Log* log_;
  mutable std::mutex mutex_;
  std::vector<Watched> watched_;
  std::unique_ptr<Scheduler::Handle> rounds_;  // last: it stops first
};

}  // namespace banyan::host
