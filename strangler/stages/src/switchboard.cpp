// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/switchboard.hpp"

#include <algorithm>
#include <utility>

#include "banyan/stages/legality.hpp"
#include "banyan/stages/stages.hpp"

namespace banyan::strangler {

Survey open_topology() {
  return [](std::string_view) { return Topology{}; };
}

Switchboard::Switchboard(ControlStore& store, Survey survey, Stages* table,
                         std::vector<Percent> steps)
    : Switchboard(store, std::move(survey), table,
                  [steps = std::move(steps)](std::string_view) { return steps; }) {}

Switchboard::Switchboard(ControlStore& store, Survey survey, Stages* table, StepsOf steps)
    : store_(&store), survey_(std::move(survey)), table_(table), steps_(std::move(steps)) {}

Result<Change> Switchboard::change(std::string_view module, const Reason& reason,
                                   const ControlStore::Decide& decide) {
  Change change;
  change.module = module;
  auto entry = store_->change(module, reason, [&](const Traffic& before) -> Result<Traffic> {
    Result<Traffic> after = decide(before);
    if (!after) return after;
    if (*after != before) {
      if (auto why = why_change_illegal(module, *after, survey_(module))) {
        return fail(ErrorCode::FailedPrecondition, "banyan.illegal_stage",
                    "refused: " + std::move(*why));
      }
    }
    change.before = before;
    change.after = *after;
    return after;
  });
  if (!entry) return fail(std::move(entry.error()));
  change.entry = std::move(*entry);
  // A failure here is no failure of the change, which is on disk; the table's own watch repeats it.
  if (table_ != nullptr && change.entry) (void)table_->refresh();
  return change;
}

// Outside of the store's transaction, which others wait for.
std::optional<std::string> Switchboard::trouble(std::string_view module,
                                                const ControlStore::Decide& decide) const {
  if (!preflight_) return std::nullopt;
  const Result<Stand> stand = store_->stand();
  if (!stand) return std::nullopt;  // the change says so itself
  const auto found = std::ranges::find(stand->rollouts, module, &Rollout::module);
  if (found == stand->rollouts.end()) return std::nullopt;
  const Traffic& before = found->traffic;
  const Result<Traffic> after = decide(before);
  if (!after) return std::nullopt;
  const bool more = after->reads.hundredths() > before.reads.hundredths() ||
                    (after->writes == Side::Remote && before.writes == Side::Local);
  return more ? preflight_(module) : std::nullopt;
}

Result<Change> Switchboard::advance(std::string_view module, const Reason& reason,
                                    const ControlStore::Decide& decide, bool force) {
  if (force) {
    Reason told = reason;
    told.evidence += told.evidence.empty() ? "forced" : "; forced";
    return change(module, told, decide);
  }
  if (const auto why_not = trouble(module, decide)) {
    return fail(ErrorCode::FailedPrecondition, "banyan.new_side_unhealthy",
                "refused: the new side of " + std::string(module) + " is not fit for traffic: " +
                    *why_not + ". Mend it, or say so with force (--force)");
  }
  return change(module, reason, decide);
}

Result<Change> Switchboard::shift(std::string_view module, const Order& order,
                                  const Reason& reason) {
  return advance(
      module, reason,
      [&](const Traffic& before) -> Result<Traffic> {
        return Traffic::of(order.reads.value_or(before.reads),
                           order.writes.value_or(before.writes));
      },
      order.force);
}

Result<Change> Switchboard::back(std::string_view module, const Reason& reason) {
  return change(module, reason, [&](const Traffic& before) { return step_back(module, before); });
}

Result<Change> Switchboard::next(std::string_view module, const Reason& reason, bool force) {
  return advance(
      module, reason,
      [&](const Traffic& before) { return next_step(module, before, steps_(module)); }, force);
}

Result<Switchboard::Overview> Switchboard::overview() {
  Result<Stand> stand = store_->stand();
  if (!stand) return fail(std::move(stand.error()));
  Overview overview;
  for (const Rollout& rollout : stand->rollouts) {
    const Topology topology = survey_(rollout.module);
    // The store remembers it; here nobody has it any more.
    if (!topology.old_side && !topology.new_side) continue;
    Position position{rollout, topology, std::nullopt, std::nullopt, std::nullopt};
    const Traffic& now = rollout.traffic;
    position.illegal = why_illegal(rollout.module, now, position.topology);
    const auto legal = [&](Result<Traffic> step) -> std::optional<Traffic> {
      if (!step || why_illegal(rollout.module, *step, position.topology)) return std::nullopt;
      return *step;
    };
    position.next = legal(next_step(rollout.module, now, steps_(rollout.module)));
    position.back = legal(step_back(rollout.module, now));
    overview.positions.push_back(std::move(position));
  }
  overview.stand = std::move(*stand);
  return overview;
}

}  // namespace banyan::strangler
