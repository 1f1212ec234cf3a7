// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/switchboard.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "banyan/stages/legality.hpp"
#include "banyan/stages/stages.hpp"
#include "hindrances.hpp"
#include "refusals.hpp"

namespace banyan::strangler {

namespace {

/// Behind what was brought.
Reason remarked(Reason reason, std::string_view remark) {
  if (remark.empty()) return reason;
  if (!reason.evidence.empty()) reason.evidence += "; ";
  reason.evidence += remark;
  return reason;
}

/// `known`: where the tables are, and who can open them.
Reason forced(Reason reason, bool known) {
  return remarked(std::move(reason),
                  known ? "forced" : "forced, and nobody could say whether it is legal");
}

/// In the store's transaction: what was decided, unless it may not be.
Result<Traffic> note_if_legal(Change& change, const Traffic& before, Result<Traffic> after,
                              const std::function<Result<void>(const Traffic&)>& may) {
  if (!after) return after;
  if (*after != before) {
    if (auto allowed = may(*after); !allowed) return fail(std::move(allowed.error()));
  }
  change.before = before;
  change.after = *after;
  return after;
}

/// The table that follows this store has read it by now. A failure here is no failure of the
/// change, which is on disk; the table's own watch repeats it.
void put_in_force(Stages* table, std::uint64_t revision) {
  if (table != nullptr && table->revision() < revision) (void)table->refresh();
}

Result<Change> carried_out(Change change, Result<std::optional<LogEntry>> entry, Stages* table) {
  if (!entry) return fail(std::move(entry.error()));
  change.entry = std::move(*entry);
  if (change.entry) put_in_force(table, change.entry->seq);
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

Result<void> Switchboard::may(std::string_view module, const Traffic& after, bool force) const {
  if (auto why = why_not(module, after)) {
    return fail(ErrorCode::FailedPrecondition, "banyan.illegal_stage",
                "refused: " + std::move(*why));
  }
  if (force) return {};
  if (auto why = why_unsure(module, after, survey_(module))) {
    return fail(ErrorCode::FailedPrecondition, "banyan.legality_unknown",
                "refused: " + std::move(*why));
  }
  return {};
}

Result<Change> Switchboard::change(std::string_view module, const Reason& reason,
                                   const ControlStore::Decide& decide, bool force) {
  Change change;
  change.module = module;
  const auto allowed = [&](const Traffic& traffic) { return may(module, traffic, force); };
  auto entry = store_->change(module, reason, [&](const Traffic& before) {
    return note_if_legal(change, before, decide(before), allowed);
  });
  return looked_over(carried_out(std::move(change), std::move(entry), table_));
}

bool Switchboard::leaves_writes(const Change& change) const {
  return change.before.writes == Side::Remote && change.after.writes == Side::Local &&
         !survey_(change.module).old_side_sees_writes;
}

Result<Change> Switchboard::looked_over(Result<Change> change) const {
  if (change) change->leaves_writes = leaves_writes(*change);
  return change;
}

/// Outside of the store's transaction, which others wait for. Nothing when it cannot be told: the
/// change says why itself. What is stale is not asked about.
Result<std::optional<Traffic>> Switchboard::traffic_now(std::string_view module,
                                                        const Reason& reason) const {
  const Result<Stand> stand = store_->stand();
  const Rollout* const rollout = stand ? stand->find(module) : nullptr;
  if (rollout == nullptr) return std::optional<Traffic>();
  if (auto same = check_that_nobody_was_faster(*rollout, reason); !same) {
    return fail(std::move(same.error()));
  }
  return std::optional(rollout->traffic);
}

void Switchboard::look_for(Hindrances& found, std::string_view module,
                           const Despite& despite) const {
  if (preflight_ && !despite.force) {
    if (const auto why_not = preflight_(module)) found.unfit(module, *why_not);
  }
  if (!objection_) return;
  if (const auto objection = objection_(module)) found.differs(*objection);
}

Result<std::string> Switchboard::may_have_more(std::string_view module,
                                               const Despite& despite) const {
  Hindrances found(despite);
  look_for(found, module, despite);
  if (!found.none()) return fail(found.refusal("refused: "));
  return found.passed_over();
}

Result<Change> Switchboard::advance(std::string_view module, const Reason& reason,
                                    const ControlStore::Decide& decide, const Despite& despite) {
  const auto before = traffic_now(module, reason);
  if (!before) return fail(before.error());
  Reason told = reason;
  if (*before) {
    const Result<Traffic> after = decide(**before);
    if (after && gives_more(**before, *after)) {
      const auto passed_over = may_have_more(module, despite);
      if (!passed_over) return fail(passed_over.error());
      told = remarked(std::move(told), *passed_over);
    }
  }
  if (despite.force) told = forced(std::move(told), is_known(module));
  return change(module, told, decide, despite.force);
}

std::optional<std::string> Switchboard::why_not(std::string_view module,
                                                const Traffic& traffic) const {
  const Topology topology = survey_(module);
  const bool gone = is_gone(topology);
  // The way home is open when everything else is down: what was so once does not bar it.
  if (traffic == Traffic{} && (gone || !topology.current)) return std::nullopt;
  if (!gone) return why_change_illegal(module, traffic, topology);
  return "nobody here has " + std::string(module) +
         ": no route of banyan.toml names it, and no module is called so. Put its routes back; "
         "or, if it is over, set it to legacy.";
}

Result<void> Switchboard::ask_new_side(std::string_view module) const {
  if (!preflight_) return {};
  const auto why_not = preflight_(module);
  if (!why_not) return {};
  Hindrances found{Despite{}};
  found.unfit(module, *why_not);
  return fail(found.refusal("refused: "));
}

std::optional<std::string> Switchboard::why_writes_stay(std::string_view module) const {
  return strangler::why_writes_stay(module, survey_(module));
}

Result<Change> Switchboard::walk(std::string_view module, const Walk& how, const Reason& reason,
                                 const ControlStore::Walk& decide) {
  if (how.more && !how.force && !how.asked) {
    if (auto now = traffic_now(module, reason); !now) return fail(std::move(now.error()));
    if (auto fit = ask_new_side(module); !fit) return fail(std::move(fit.error()));
  }
  Change change;
  change.module = module;
  const auto allowed = [&](const Traffic& traffic) { return may(module, traffic, how.force); };
  const bool known = is_known(module);
  const bool tells = how.force && (how.more || !known);
  Reason told = remarked(reason, how.passed_over);
  if (tells) told = forced(std::move(told), known);
  auto entry = store_->walk(module, told, [&](const Traffic& before, StoredPlan& plan) {
    return note_if_legal(change, before, decide(before, plan), allowed);
  });
  return looked_over(carried_out(std::move(change), std::move(entry), table_));
}

/// If all of it may.
Result<Switchboard::Wanted> Switchboard::legal_return(const Stand& now, const Stand& then,
                                                      bool force) const {
  Wanted wanted;
  std::optional<Error> refusal;
  for (const Rollout& each : now.rollouts) {
    const Rollout* const earlier = then.find(each.module);
    const Traffic traffic = earlier != nullptr ? earlier->traffic : Traffic{};
    if (traffic == each.traffic) continue;
    if (is_gone(survey_(each.module))) {
      wanted.left.push_back(each.module);
      continue;
    }
    if (auto allowed = may(each.module, traffic, force); !allowed) {
      constexpr std::string_view kRefused = "refused: ";
      Error& error = allowed.error();
      if (error.message.starts_with(kRefused)) error.message.erase(0, kRefused.size());
      if (!refusal) {
        refusal = std::move(error);
        refusal->message = "refused, and nothing was changed: " + refusal->message;
      } else {
        refusal->message += ' ' + error.message;
      }
    }
    wanted.rollouts.push_back({each.module, traffic, each.revision});
  }
  if (refusal) return fail(std::move(*refusal));
  return wanted;
}

/// As things stand, outside of any transaction.
Result<Switchboard::Return> Switchboard::preview(const Stand& then, bool force) const {
  const Result<Stand> now = store_->stand();
  if (!now) return fail(now.error());
  auto wanted = legal_return(*now, then, force);
  if (!wanted) return fail(std::move(wanted.error()));
  Return all{{}, std::move(wanted->left)};
  for (const Rollout& each : wanted->rollouts) {
    all.changes.push_back(
        {each.module, now->find(each.module)->traffic, each.traffic, std::nullopt});
    all.changes.back().leaves_writes = leaves_writes(all.changes.back());
  }
  return all;
}

/// Before anything is changed: all that would get more, so that one refusal has all.
Result<std::string> Switchboard::may_return(const Return& wanted, const Despite& despite) const {
  Hindrances found(despite);
  std::string home;
  for (const Change& each : wanted.changes) {
    if (gives_more(each.before, each.after)) {
      look_for(found, each.module, despite);
    } else if (gives_more(each.after, each.before)) {
      home +=
          (home.empty() ? ". What was to go back can go alone: `banyan back " : ", `banyan back ") +
          each.module + '`';
    }
  }
  if (!found.none()) return fail(found.refusal("refused, and nothing was changed: ", home));
  return found.passed_over();
}

Result<Switchboard::Return> Switchboard::go_to(const Goto& where, const Reason& reason) {
  const Result<Stand> then = store_->stand_at(where.revision);
  if (!then) return fail(then.error());
  const bool force = where.despite.force;
  auto expected = preview(*then, force);
  if (!expected) return expected;
  const auto passed_over = may_return(*expected, where.despite);
  if (!passed_over) return fail(passed_over.error());
  if (where.dry_run) return expected;
  Reason told = remarked(reason, *passed_over);
  if (force) {
    const auto known = [this](const Change& each) { return is_known(each.module); };
    told = forced(std::move(told), std::ranges::all_of(expected->changes, known));
  }
  Return all;
  auto lines = store_->change_all(told, [&](const Stand& now) -> Result<std::vector<Rollout>> {
    auto wanted = legal_return(now, *then, force);
    if (!wanted) return fail(std::move(wanted.error()));
    all.left = std::move(wanted->left);
    for (const Rollout& each : wanted->rollouts) {
      all.changes.push_back(
          {each.module, now.find(each.module)->traffic, each.traffic, std::nullopt});
    }
    return std::move(wanted->rollouts);
  });
  if (!lines) return fail(std::move(lines.error()));
  const std::uint64_t newest = lines->empty() ? 0 : lines->back().seq;
  for (std::size_t i = 0; i < all.changes.size(); ++i) {
    all.changes[i].entry = std::move((*lines)[i]);
    all.changes[i].leaves_writes = leaves_writes(all.changes[i]);
  }
  if (!lines->empty()) put_in_force(table_, newest);
  return all;
}

Result<Change> Switchboard::shift(std::string_view module, const Order& order,
                                  const Reason& reason) {
  return advance(
      module, reason,
      [&](const Traffic& before) -> Result<Traffic> {
        const Traffic after =
            Traffic::of(order.reads.value_or(before.reads), order.writes.value_or(before.writes));
        // All is there already; what was proven of the old side stays.
        const bool stays = before == Traffic::retired() && after.stage == TrafficStage::Moved;
        return stays ? before : after;
      },
      order.despite);
}

Result<Change> Switchboard::back(std::string_view module, const Reason& reason, bool force) {
  const bool known = is_known(module);
  return change(
      module, force && !known ? forced(reason, known) : reason,
      [&](const Traffic& before) { return step_back(module, before); }, force);
}

// Nobody gets more: no preflight.
Result<Change> Switchboard::retire(std::string_view module, const Reason& reason, bool force) {
  const bool known = is_known(module);
  return change(
      module, force && !known ? forced(reason, known) : reason,
      [&](const Traffic& before) -> Result<Traffic> {
        if (before.stage >= TrafficStage::Moved) return Traffic::retired();
        return fail(ErrorCode::FailedPrecondition, "banyan.not_moved",
                    std::string(module) + " is at " + to_string(before) +
                        ": only with all reads and the writes on the new side can the old one be "
                        "retired. `banyan next " +
                        std::string(module) + "` goes on.");
      },
      force);
}

Result<Change> Switchboard::next(std::string_view module, const Reason& reason,
                                 const Despite& despite) {
  return advance(
      module, reason,
      [&](const Traffic& before) { return next_step(module, before, steps_(module)); }, despite);
}

Result<Switchboard::Overview> Switchboard::overview() {
  Result<Stand> stand = store_->stand();
  if (!stand) return fail(std::move(stand.error()));
  Overview overview;
  for (const Rollout& rollout : stand->rollouts) {
    const Topology topology = survey_(rollout.module);
    const Traffic& now = rollout.traffic;
    Position position{rollout, topology, std::nullopt, std::nullopt, std::nullopt};
    if (is_gone(topology)) {
      if (is_over(now)) continue;
      position.illegal = why_not(rollout.module, now);
      overview.positions.push_back(std::move(position));
      continue;
    }
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
