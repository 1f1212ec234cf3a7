// SPDX-License-Identifier: Apache-2.0
#include "stages/stages.hpp"

#include <utility>

namespace banyan::strangler {

Result<std::unique_ptr<Stages>> Stages::make(ControlStore& store, Scheduler& scheduler,
                                             Complain complain,
                                             std::chrono::milliseconds interval) {
  // The version first: a change between the two is then seen once more, not missed.
  const Result<std::uint64_t> seen = store.outside_version();
  if (!seen) return fail(seen.error());
  Result<Stand> first = store.stand();
  if (!first) return fail(std::move(first.error()));
  std::unique_ptr<Stages> stages(new Stages(store, std::move(complain), std::move(*first), *seen));
  stages->watch_ = scheduler.every(interval, [table = stages.get()] { table->look_for_changes(); });
  return stages;
}

Stages::Stages(ControlStore& store, Complain complain, Stand first, std::uint64_t seen)
    : store_(&store),
      complain_(std::move(complain)),
      table_(std::make_unique<const Stand>(std::move(first))),
      seen_(seen) {}

Stages::~Stages() { watch_.reset(); }

RoutingDecision Stages::decide(std::string_view module, Effect effect,
                               std::string_view unit) const {
  return table_.read([&](const Stand& stand) {
    const Migration* migration = stand.find(module);
    Side side = Side::Local;
    if (migration != nullptr) {
      const Traffic& traffic = migration->traffic;
      side = traffic.side(effect, effect == Effect::Read ? sticky_bucket(module, unit) : 0);
    }
    return RoutingDecision{std::string(module), side, stand.revision};
  });
}

Traffic Stages::traffic(std::string_view module) const {
  return table_.read([&](const Stand& stand) {
    const Migration* migration = stand.find(module);
    return migration != nullptr ? migration->traffic : Traffic{};
  });
}

std::uint64_t Stages::revision() const {
  return table_.read([](const Stand& stand) { return stand.revision; });
}

Result<void> Stages::refresh() {
  const std::lock_guard lock(refreshing_);
  const Result<std::uint64_t> version = store_->outside_version();
  if (!version) return fail(version.error());
  Result<Stand> stand = store_->stand();
  if (!stand) return fail(std::move(stand.error()));
  table_.publish(std::make_unique<const Stand>(std::move(*stand)));
  seen_ = *version;
  return {};
}

void Stages::look_for_changes() {
  Result<void> outcome;
  {
    const Result<std::uint64_t> version = store_->outside_version();
    std::unique_lock lock(refreshing_);
    const bool changed = version && *version != seen_;
    lock.unlock();
    if (!version) {
      outcome = fail(version.error());
    } else if (changed) {
      outcome = refresh();
    }
  }
  table_.reclaim();
  if (!outcome && !failing_ && complain_) complain_(outcome.error());
  failing_ = !outcome;
}

}  // namespace banyan::strangler
