// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/work.hpp"
#include "banyan/telemetry/metric.hpp"
#include "banyan/verdict/window.hpp"
#include "catching_up.hpp"

namespace banyan::host {

/// What the workers of modules have done since this began, by module and worker, on both sides:
/// here, where the modules of this process say it themselves, and at their services, as these have
/// been asked (WorkElsewhere). Safe for concurrent use.
///
///     saga runner, any other worker → WorkLedger ─────────────────▶ WorkEvidence
///     of a service:  the same → WorkLedger → /_work/MODULE → WorkLedger ──▲
///
/// No lag is counted of what was due before this began, and of what waits behind it: the process
/// was not there yet. Nor of what was due while a worker was hindered, which is counted by itself.
class WorkLedger {
 public:
  /// The clock must outlive it.
  explicit WorkLedger(const Clock& clock);
  ~WorkLedger();
  WorkLedger(const WorkLedger&) = delete;
  WorkLedger& operator=(const WorkLedger&) = delete;

  /// For a module of this process: the same one for the same module for as long as this lives.
  WorkObserver& of(const std::string& module);
  /// What a worker has done at the module's service since that was asked last, and how often it was
  /// hindered there. More names than people give are not taken.
  void add_elsewhere(const std::string& module, const std::string& worker,
                     const strangler::Window& fresh, std::uint64_t hindered = 0);

  /// Why the module's service does not say what its workers do; "" from when it does.
  void not_told(const std::string& module, std::string why);
  /// "" where it does, or where nobody has asked.
  std::string why_not_told(std::string_view module) const;
  /// By module, those whose services do not.
  std::map<std::string, std::string, std::less<>> not_told() const;

  struct Row {
    std::string module;
    std::string worker;
    strangler::Window here;
    strangler::Window elsewhere;
    std::uint64_t hindered_here = 0;
    std::uint64_t hindered_elsewhere = 0;
  };
  /// Sorted by their names.
  std::vector<Row> read() const;
  std::vector<telemetry::Sample> samples() const;

 private:
  class Observer;
  struct Worker {
    strangler::Window here{}, elsewhere{};
    std::uint64_t hindered_here = 0;
    std::uint64_t hindered_elsewhere = 0;
    CatchingUp catching_up{};
  };
  void note(const std::string& module, const Work& work);
  void note_hindrance(const std::string& module, std::string_view worker);

  const Clock* clock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Observer>, std::less<>> observers_;
  std::map<std::pair<std::string, std::string>, Worker> workers_;
  std::map<std::string, std::string, std::less<>> not_told_;  ///< why, by module
};

}  // namespace banyan::host
