// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/stages.hpp"

#include <algorithm>
#include <utility>

#include "banyan/stages/legality.hpp"

namespace banyan::strangler {

Result<std::unique_ptr<Stages>> Stages::make(ControlStore& store, Scheduler& scheduler,
                                             Complain complain, std::chrono::milliseconds interval,
                                             EpochOf epoch_of) {
  // The version first: a change between the two is then seen once more, not missed.
  const Result<std::uint64_t> seen = store.outside_version();
  if (!seen) return fail(seen.error());
  Result<Stand> first = store.stand();
  if (!first) return fail(std::move(first.error()));
  Epochs epochs = look_at(*first, epoch_of, {});
  std::unique_ptr<Stages> stages(new Stages(store, std::move(complain), std::move(epoch_of),
                                            {std::move(*first), std::move(epochs)}, *seen));
  store.follow([table = stages.get()] { (void)table->refresh(); });
  stages->watch_ = scheduler.every(interval, [table = stages.get()] { table->look_for_changes(); });
  return stages;
}

Stages::Stages(ControlStore& store, Complain complain, EpochOf epoch_of, Table first,
               std::uint64_t seen)
    : store_(&store),
      complain_(std::move(complain)),
      epoch_of_(std::move(epoch_of)),
      table_(std::make_unique<const Table>(std::move(first))),
      seen_(seen) {}

Stages::~Stages() {
  store_->follow({});
  watch_.reset();
}

RoutingDecision Stages::Table::decision(std::string_view module, Side side) const {
  const auto epoch = epochs.find(module);
  return {std::string(module), side, stand.revision, epoch == epochs.end() ? 0 : epoch->second};
}

RoutingDecision Stages::decide(std::string_view module, Effect effect, std::string_view key) const {
  return table_.read([&](const Table& table) {
    const Rollout* rollout = table.stand.find(module);
    Side side = Side::Local;
    if (rollout != nullptr) {
      const Traffic& traffic = rollout->traffic;
      side = traffic.side(effect, effect == Effect::Read ? sticky_bucket(module, key) : 0);
    }
    return table.decision(module, side);
  });
}

std::optional<RoutingDecision> Stages::force(std::string_view module, Effect effect, Side wanted,
                                             const Topology& topology) const {
  return table_.read([&](const Table& table) -> std::optional<RoutingDecision> {
    const Rollout* rollout = table.stand.find(module);
    const Traffic now = rollout != nullptr ? rollout->traffic : Traffic{};
    if (why_forcing_illegal(module, now, effect, wanted, topology)) return std::nullopt;
    RoutingDecision decision = table.decision(module, wanted);
    decision.forced = true;
    return decision;
  });
}

Traffic Stages::traffic(std::string_view module) const {
  return table_.read([&](const Table& table) {
    const Rollout* rollout = table.stand.find(module);
    return rollout != nullptr ? rollout->traffic : Traffic{};
  });
}

std::uint64_t Stages::revision() const {
  return table_.read([](const Table& table) { return table.stand.revision; });
}

Result<void> Stages::refresh() {
  const std::lock_guard lock(refreshing_);
  // Until it succeeds. The version alone would not say so: it does not grow by changes that this
  // process makes itself.
  is_stale_ = true;
  const Result<std::uint64_t> version = store_->outside_version();
  if (!version) return fail(version.error());
  Result<Stand> stand = store_->stand();
  if (!stand) return fail(std::move(stand.error()));
  Epochs epochs =
      look_at(*stand, epoch_of_, table_.read([](const Table& table) { return table.epochs; }));
  table_.publish(std::make_unique<const Table>(std::move(*stand), std::move(epochs)));
  seen_ = *version;
  is_stale_ = false;
  return {};
}

Stages::Epochs Stages::look_at(const Stand& stand, const EpochOf& epoch_of, Epochs known) {
  if (!epoch_of) return known;
  for (const Rollout& rollout : stand.rollouts) {
    std::uint64_t& epoch = known[rollout.module];
    epoch = std::max(epoch, epoch_of(rollout.module));
  }
  return known;
}

void Stages::look_for_changes() {
  Result<void> outcome;
  {
    const Result<std::uint64_t> version = store_->outside_version();
    std::unique_lock lock(refreshing_);
    bool changed = version && (is_stale_ || *version != seen_);
    lock.unlock();
    if (version && !changed && epoch_of_) {
      const Table known = table_.read([](const Table& table) { return table; });
      changed = look_at(known.stand, epoch_of_, known.epochs) != known.epochs;
    }
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
