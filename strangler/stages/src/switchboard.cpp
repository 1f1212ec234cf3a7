// SPDX-License-Identifier: Apache-2.0
#include "stages/switchboard.hpp"

#include <utility>

#include "stages/stages.hpp"

namespace banyan::strangler {

Survey open_terrain() {
  return [](std::string_view) { return Terrain{}; };
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
      if (auto why = why_illegal(module, *after, survey_(module))) {
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

Result<Change> Switchboard::shift(std::string_view module, const Order& order,
                                  const Reason& reason) {
  return change(module, reason, [&](const Traffic& before) -> Result<Traffic> {
    return Traffic::of(order.reads.value_or(before.reads), order.writes.value_or(before.writes));
  });
}

Result<Change> Switchboard::back(std::string_view module, const Reason& reason) {
  return change(module, reason, [&](const Traffic& before) { return step_back(module, before); });
}

Result<Change> Switchboard::next(std::string_view module, const Reason& reason) {
  return change(module, reason,
                [&](const Traffic& before) { return next_step(module, before, steps_(module)); });
}

Result<Switchboard::Overview> Switchboard::overview() {
  Result<Stand> stand = store_->stand();
  if (!stand) return fail(std::move(stand.error()));
  Overview overview;
  for (const Migration& migration : stand->migrations) {
    const Terrain terrain = survey_(migration.module);
    // The store remembers it; here nobody has it any more.
    if (!terrain.old_side && !terrain.new_side) continue;
    Position position{migration, terrain, std::nullopt, std::nullopt, std::nullopt};
    const Traffic& now = migration.traffic;
    position.illegal = why_illegal(migration.module, now, position.terrain);
    const auto legal = [&](Result<Traffic> step) -> std::optional<Traffic> {
      if (!step || why_illegal(migration.module, *step, position.terrain)) return std::nullopt;
      return *step;
    };
    position.next = legal(next_step(migration.module, now, steps_(migration.module)));
    position.back = legal(step_back(migration.module, now));
    overview.positions.push_back(std::move(position));
  }
  overview.stand = std::move(*stand);
  return overview;
}

}  // namespace banyan::strangler
