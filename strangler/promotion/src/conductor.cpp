// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/conductor.hpp"

#include <utility>

#include "conductor_rounds.hpp"
#include "known_differences.hpp"
#include "plan_views.hpp"
#include "trip.hpp"

namespace banyan::strangler {

struct Conductor::Inside {
  Inside(Parts given, std::function<void()> wake)
      : parts(std::move(given)), rounds(parts, views, std::move(wake)) {}

  const Parts parts;
  TrippedOperations tripped;
  PlanViews views;

  std::mutex beginning;
  std::unique_ptr<Scheduler::Handle> watch;

  ConductorRounds rounds;  // last: what it waits for may wake the watch
};

Conductor::Conductor(Parts parts)
    : inside_(std::make_unique<Inside>(std::move(parts), [this] { wake(); })) {}

Conductor::~Conductor() { end(); }

void Conductor::begin(Scheduler& scheduler) {
  auto watch = scheduler.every(kTick, [this] { tick(); });
  const std::lock_guard lock(inside_->beginning);
  inside_->watch = std::move(watch);
}

void Conductor::end() {
  std::unique_ptr<Scheduler::Handle> watch;
  {
    const std::lock_guard lock(inside_->beginning);
    watch = std::move(inside_->watch);
  }
  watch.reset();
  inside_->rounds.leave();
}

void Conductor::tick() { inside_->rounds.round(inside_->tripped); }

void Conductor::wake() {
  const std::lock_guard lock(inside_->beginning);
  if (inside_->watch) inside_->watch->wake();
}

void Conductor::trip(std::string_view rollout, std::string_view operation) {
  inside_->tripped.add(rollout, operation);
  wake();
}

Conductor::View Conductor::view(std::string_view module) const { return inside_->views.of(module); }

std::optional<std::string> Conductor::what_differs(std::string_view module, Timestamp begin) const {
  const Parts& parts = inside_->parts;
  if (!parts.operations) return std::nullopt;
  return known_differences(module, parts.operations(module), parts.evidence, parts.rules, begin);
}

}  // namespace banyan::strangler
