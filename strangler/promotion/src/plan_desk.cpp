// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/plan_desk.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plan_document.hpp"

namespace banyan::strangler {
namespace {

constexpr std::array kVerbs = {PlanVerb::Start, PlanVerb::Pause, PlanVerb::Resume, PlanVerb::Abort};

std::unexpected<Error> not_possible(std::string message) {
  return fail(ErrorCode::FailedPrecondition, "banyan.plan_state", std::move(message));
}

/// What can be ordered of a plan in this state; of one that is over, what brings back the traffic
/// that is still on the new side.
std::string possible(std::string_view module, PlanState state, const Traffic& now) {
  switch (state) {
    case PlanState::Running:
    case PlanState::Returning: return "pause, abort";
    case PlanState::Paused:
    case PlanState::NeedsPerson: return "resume, abort";
    default: break;
  }
  if (now.reads == Percent::none()) return "start";
  const std::string start = now.writes == Side::Local ? "start, " : "";
  return start + "abort --gradually (along the steps); banyan back " + std::string(module) +
         " goes one stage back at once";
}

std::string name_of(std::string_view module, PlanState state, const Traffic& now) {
  std::string words(to_string(state));
  std::ranges::replace(words, '_', ' ');
  return "the plan of " + std::string(module) + " is " + words +
         ". Possible now: " + possible(module, state, now);
}

std::unexpected<Error> has_moved(std::string_view module) {
  return not_possible(std::string(module) +
                      " has moved: its writes are on the new side. Nothing is left to promote; "
                      "banyan back brings it back");
}

Result<PlanDocument> document_of(std::string_view module, const StoredPlan& stored) {
  if (stored.version == 0) {
    return fail(ErrorCode::NotFound, "banyan.no_plan",
                std::string(module) + " has no plan; banyan plan " + std::string(module) +
                    " start begins one");
  }
  auto document = plan_document_from(stored.document);
  if (document) return std::move(*document);
  return fail(ErrorCode::FailedPrecondition, "banyan.unreadable_plan",
              "the plan of " + std::string(module) +
                  " was written by a newer version of Banyan; use that, or shift by hand");
}

/// The first step that takes nobody away from the new side.
Result<std::size_t> first_step(std::string_view module, const Plan& plan, const Traffic& now) {
  if (now.writes == Side::Remote) return has_moved(module);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (plan.steps[i].share >= now.reads) return i;
  }
  return not_possible(
      to_string(now.reads) + " of the reads of " + std::string(module) +
      " are on the new side already, which is more than the last step of the plan, " +
      to_string(plan.steps.back().share));
}

}  // namespace

std::string_view to_string(PlanVerb verb) {
  switch (verb) {
    case PlanVerb::Start: return "start";
    case PlanVerb::Pause: return "pause";
    case PlanVerb::Resume: return "resume";
    case PlanVerb::Abort: return "abort";
  }
  return "start";
}

std::optional<PlanVerb> plan_verb_from(std::string_view name) {
  for (const PlanVerb verb : kVerbs) {
    if (name == to_string(verb)) return verb;
  }
  return std::nullopt;
}

PlanDesk::PlanDesk(Switchboard& board, const Clock& clock, PlanOf plan_of, Conductor* conductor)
    : board_(&board), clock_(&clock), plan_of_(std::move(plan_of)), conductor_(conductor) {}

Plan PlanDesk::configured(std::string_view module) const {
  return plan_of_ ? plan_of_(module) : Plan::usual();
}

Result<Plan> PlanDesk::wanted(std::string_view module, const PlanOrder& order) const {
  Plan plan = configured(module);
  const PlanStep usual = plan.steps.front();
  if (!order.steps.empty()) {
    plan.steps.clear();
    for (const PlanOrder::Step& each : order.steps) {
      plan.steps.push_back({each.share, each.dwell.value_or(usual.dwell),
                            each.samples.value_or(usual.samples), each.writes});
    }
  }
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const bool own = !order.steps.empty();
    if (order.dwell && !(own && order.steps[i].dwell)) plan.steps[i].dwell = *order.dwell;
    if (order.samples && !(own && order.steps[i].samples)) plan.steps[i].samples = *order.samples;
  }
  if (const auto checked = plan.check(); !checked) return fail(checked.error());
  return plan;
}

Result<PlanDesk::Answer> PlanDesk::start(std::string_view module, const PlanOrder& order,
                                         const Reason& reason) {
  const auto plan = wanted(module, order);
  if (!plan) return fail(plan.error());
  // That it is not there comes before what is legal for it.
  if (const auto known = board_->store().history(1, module);
      !known && known.error().code == ErrorCode::NotFound) {
    return fail(known.error());
  }
  for (const PlanStep& each : plan->steps) {
    if (auto why = board_->why_not(module, each.traffic())) {
      return fail(ErrorCode::FailedPrecondition, "banyan.illegal_stage",
                  "refused: " + std::move(*why));
    }
  }
  const Result<std::string> may = board_->may_have_more(module, order.despite);
  return done(board_->walk(module,
                           {.more = true,
                            .force = order.despite.force,
                            .asked = true,
                            .passed_over = may.value_or(std::string())},
                           {plan_of(reason.who), reason.why, reason.evidence},
                           [&](const Traffic& before, StoredPlan& stored) -> Result<Traffic> {
                             const auto old = plan_document_from(stored.document);
                             if (old && old->moves())
                               return not_possible(name_of(module, old->mark.state, before));
                             const auto first = first_step(module, *plan, before);
                             if (!first) return fail(first.error());
                             if (!may) return fail(may.error());
                             const Timestamp now = clock_->now();
                             stored.document = to_text(
                                 {.plan = *plan,
                                  .mark = {PlanState::Running, *first, "the plan begins", false},
                                  .begun = now,
                                  .since = now,
                                  .who = reason.who,
                                  .why = reason.why});
                             stored.who = reason.who;
                             return plan->steps[*first].traffic();
                           }));
}

Result<PlanDesk::Answer> PlanDesk::order(std::string_view module, const PlanOrder& order,
                                         const Reason& reason) {
  if (order.verb == PlanVerb::Start) return start(module, order, reason);
  if (order.verb == PlanVerb::Abort && order.gradually) return back_gradually(module, reason);
  const bool more = order.verb == PlanVerb::Resume && resume_gives_more(module);
  const Result<std::string> may_more =
      more ? board_->may_have_more(module, order.despite) : std::string();
  const Switchboard::Walk how{.more = more,
                              .force = order.despite.force,
                              .asked = true,
                              .passed_over = may_more.value_or(std::string())};
  return done(board_->walk(module, how, {plan_of(reason.who), reason.why, reason.evidence},
                           [&](const Traffic& before, StoredPlan& stored) -> Result<Traffic> {
                             auto document = document_of(module, stored);
                             if (!document) return fail(std::move(document.error()));
                             if (!document->moves())
                               return not_possible(name_of(module, document->mark.state, before));
                             PlanRunner runner(document->plan, *clock_, document->mark);
                             Result<void> may;
                             Traffic after = before;
                             if (order.verb == PlanVerb::Pause) {
                               may = runner.pause(reason.why);
                             } else if (order.verb == PlanVerb::Resume) {
                               const PlanStep& step = document->plan.steps[runner.step()];
                               may = runner.resume();
                               // Its writes the plan has moved itself, or none.
                               if (may && before.writes == Side::Remote &&
                                   step.writes == Side::Local) {
                                 return has_moved(module);
                               }
                               after = step.traffic();
                               if (may && !may_more) return fail(may_more.error());
                             } else {
                               after = abort(runner, module, before, reason.why);
                             }
                             if (!may)
                               return not_possible(name_of(module, document->mark.state, before));
                             document->mark = runner.mark();
                             document->since = clock_->now();
                             document->who = reason.who;
                             document->why = reason.why;
                             stored.document = to_text(*document);
                             stored.who = reason.who;
                             return after;
                           }));
}

/// Nothing goes forward after it, whether the traffic may be brought back now or not.
Traffic PlanDesk::abort(PlanRunner& runner, std::string_view module, const Traffic& before,
                        const std::string& why) const {
  const auto forbidden = before == Traffic{} ? std::nullopt : board_->why_not(module, Traffic{});
  if (!forbidden) {
    runner.abort(why);
    return {};
  }
  runner.abort(why + ". The traffic is where it was, " + to_string(before.reads) +
               " of the reads on the new side, and nobody brings it back but you: banyan back " +
               std::string(module) + ". For now that may not be: " + *forbidden);
  return before;
}

/// As things stand, outside of the transaction: whether the new side is to be asked first.
bool PlanDesk::resume_gives_more(std::string_view module) const {
  const auto plans = board_->store().plans();
  const auto stand = board_->store().stand();
  if (!plans || !stand) return false;  // the order says so itself
  const auto stored = std::ranges::find(*plans, module, &StoredPlan::module);
  const Rollout* const rollout = stand->find(module);
  if (stored == plans->end() || rollout == nullptr) return false;
  const auto document = plan_document_from(stored->document);
  if (!document) return false;
  const PlanState state = document->mark.state;
  return (state == PlanState::Paused || state == PlanState::NeedsPerson) &&
         gives_more(rollout->traffic, document->plan.steps[document->mark.step].traffic());
}

Result<PlanDesk::Answer> PlanDesk::back_gradually(std::string_view module, const Reason& reason) {
  return done(board_->walk(module, {}, {plan_of(reason.who), reason.why, reason.evidence},
                           [&](const Traffic& before, StoredPlan& stored) -> Result<Traffic> {
                             auto document = plan_document_from(stored.document);
                             if (!document || !document->moves()) {
                               document =
                                   PlanDocument{.plan = configured(module), .begun = clock_->now()};
                             }
                             PlanRunner runner(document->plan, *clock_, document->mark);
                             const auto first = runner.back_gradually(before, reason.why);
                             if (!first) return fail(first.error());
                             document->mark = runner.mark();
                             document->since = clock_->now();
                             document->who = reason.who;
                             document->why = reason.why;
                             stored.document = to_text(*document);
                             stored.who = reason.who;
                             return first->to;
                           }));
}

Result<PlanDesk::Answer> PlanDesk::done(Result<Change> change) const {
  if (!change) return fail(std::move(change.error()));
  if (conductor_ != nullptr) conductor_->wake();
  const auto plans = board_->store().plans();
  if (!plans) return fail(plans.error());
  const auto stored = std::ranges::find(*plans, change->module, &StoredPlan::module);
  Answer answer{std::move(*change), {}};
  if (stored != plans->end()) {
    answer.plan = status(*stored, answer.change.after);
    // What was found at the last tick is from before the order.
    if (auto document = plan_document_from(stored->document)) {
      answer.plan.reason = std::move(document->mark.reason);
    }
  }
  return answer;
}

PlanStatus PlanDesk::status(const StoredPlan& stored, const Traffic& now) const {
  PlanStatus status{.module = stored.module, .share = now.reads, .writes = now.writes};
  const auto document = plan_document_from(stored.document);
  if (!document) {
    status.reason = "this plan was written by a newer version of Banyan";
    return status;
  }
  status.plan = document->plan;
  status.state = document->mark.state;
  status.step = document->mark.step;
  status.reason = document->mark.reason;
  status.since = document->since;
  status.who = document->who;
  status.why = document->why;
  if (conductor_ == nullptr || !document->moves()) return status;
  Conductor::View view = conductor_->view(stored.module);
  status.conducts = view.conducts;
  // Until the next tick there is nothing to show of a plan that was begun anew, and the reason that
  // was written down says more than one of before.
  if (view.begun == document->begun) status.verdicts = std::move(view.verdicts);
  const bool is_of_now = view.version == stored.version && !view.reason.empty();
  if (is_of_now) status.reason = std::move(view.reason);
  return status;
}

Result<std::vector<PlanStatus>> PlanDesk::plans() const {
  const auto plans = board_->store().plans();
  if (!plans) return fail(plans.error());
  const auto stand = board_->store().stand();
  if (!stand) return fail(stand.error());
  std::vector<PlanStatus> all;
  for (const StoredPlan& each : *plans) {
    const Rollout* const rollout = stand->find(each.module);
    all.push_back(status(each, rollout != nullptr ? rollout->traffic : Traffic{}));
  }
  return all;
}

}  // namespace banyan::strangler
