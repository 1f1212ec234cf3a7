// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/switchboard.hpp"

#include <algorithm>
#include <utility>

#include "banyan/stages/legality.hpp"
#include "banyan/stages/stages.hpp"

namespace banyan::strangler {

namespace {

Reason forced(Reason reason) {
  reason.evidence += reason.evidence.empty() ? "forced" : "; forced";
  return reason;
}

Error unhealthy(std::string_view module, const std::string& why_not) {
  return {ErrorCode::FailedPrecondition,
          "banyan.new_side_unhealthy",
          "refused: the new side of " + std::string(module) +
              " is not fit for traffic: " + why_not + ". Mend it, or say so with force (--force)",
          {}};
}

/// In the store's transaction: what was decided, unless it may not be.
Result<Traffic> note_if_legal(
    Change& change, const Traffic& before, Result<Traffic> after,
    const std::function<std::optional<std::string>(const Traffic&)>& why_not) {
  if (!after) return after;
  if (*after != before) {
    if (auto why = why_not(*after)) {
      return fail(ErrorCode::FailedPrecondition, "banyan.illegal_stage",
                  "refused: " + std::move(*why));
    }
  }
  change.before = before;
  change.after = *after;
  return after;
}

Result<Change> carried_out(Change change, Result<std::optional<LogEntry>> entry, Stages* table) {
  if (!entry) return fail(std::move(entry.error()));
  change.entry = std::move(*entry);
  // A failure here is no failure of the change, which is on disk; the table's own watch repeats it.
  if (table != nullptr && change.entry) (void)table->refresh();
  return change;
}

}  // namespace

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
  const auto why = [&](const Traffic& traffic) { return why_not(module, traffic); };
  auto entry = store_->change(module, reason, [&](const Traffic& before) {
    return note_if_legal(change, before, decide(before), why);
  });
  return carried_out(std::move(change), std::move(entry), table_);
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
  return gives_more(before, *after) ? preflight_(module) : std::nullopt;
}

Result<Change> Switchboard::advance(std::string_view module, const Reason& reason,
                                    const ControlStore::Decide& decide, bool force) {
  if (force) return change(module, forced(reason), decide);
  if (const auto why_not = trouble(module, decide)) return fail(unhealthy(module, *why_not));
  return change(module, reason, decide);
}

std::optional<std::string> Switchboard::why_not(std::string_view module,
                                                const Traffic& traffic) const {
  return why_change_illegal(module, traffic, survey_(module));
}

Result<void> Switchboard::ask_new_side(std::string_view module) const {
  if (!preflight_) return {};
  if (const auto why_not = preflight_(module)) return fail(unhealthy(module, *why_not));
  return {};
}

std::optional<std::string> Switchboard::why_writes_stay(std::string_view module) const {
  return strangler::why_writes_stay(module, survey_(module));
}

Result<Change> Switchboard::walk(std::string_view module, const Walk& how, const Reason& reason,
                                 const ControlStore::Walk& decide) {
  if (how.more && !how.force && !how.asked) {
    if (auto fit = ask_new_side(module); !fit) return fail(std::move(fit.error()));
  }
  Change change;
  change.module = module;
  const auto why = [&](const Traffic& traffic) { return why_not(module, traffic); };
  auto entry = store_->walk(module, how.more && how.force ? forced(reason) : reason,
                            [&](const Traffic& before, StoredPlan& plan) {
                              return note_if_legal(change, before, decide(before, plan), why);
                            });
  return carried_out(std::move(change), std::move(entry), table_);
}

/// What is to change, if all of it may.
Result<std::vector<Rollout>> Switchboard::legal_return(const Stand& now, const Stand& then) const {
  std::vector<Rollout> wanted;
  std::string problems;
  for (const Rollout& each : now.rollouts) {
    const Rollout* const earlier = then.find(each.module);
    const Traffic traffic = earlier != nullptr ? earlier->traffic : Traffic{};
    if (traffic == each.traffic) continue;
    if (auto why = why_not(each.module, traffic)) {
      problems += (problems.empty() ? "" : " ") + std::move(*why);
    }
    wanted.push_back({each.module, traffic, each.revision});
  }
  if (problems.empty()) return wanted;
  return fail(ErrorCode::FailedPrecondition, "banyan.illegal_stage",
              "refused, and nothing was changed: " + problems);
}

/// As things stand, outside of any transaction.
Result<std::vector<Change>> Switchboard::preview(const Stand& then) const {
  const Result<Stand> now = store_->stand();
  if (!now) return fail(now.error());
  const auto wanted = legal_return(*now, then);
  if (!wanted) return fail(wanted.error());
  std::vector<Change> changes;
  for (const Rollout& each : *wanted) {
    changes.push_back({each.module, now->find(each.module)->traffic, each.traffic, std::nullopt});
  }
  return changes;
}

Result<std::vector<Change>> Switchboard::go_to(const Goto& where, const Reason& reason) {
  const Result<Stand> then = store_->stand_at(where.revision);
  if (!then) return fail(then.error());
  auto expected = preview(*then);
  if (!expected || where.dry_run) return expected;
  for (const Change& each : *expected) {
    if (where.force || !preflight_ || !gives_more(each.before, each.after)) continue;
    if (const auto why_not = preflight_(each.module)) return fail(unhealthy(each.module, *why_not));
  }
  std::vector<Change> changes;
  auto lines = store_->change_all(
      where.force ? forced(reason) : reason, [&](const Stand& now) -> Result<std::vector<Rollout>> {
        auto wanted = legal_return(now, *then);
        if (!wanted) return wanted;
        for (const Rollout& each : *wanted) {
          changes.push_back(
              {each.module, now.find(each.module)->traffic, each.traffic, std::nullopt});
        }
        return wanted;
      });
  if (!lines) return fail(std::move(lines.error()));
  for (std::size_t i = 0; i < changes.size(); ++i) changes[i].entry = std::move((*lines)[i]);
  if (table_ != nullptr && !changes.empty()) (void)table_->refresh();
  return changes;
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
