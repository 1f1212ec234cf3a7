// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/conductor.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>

#include "conductor_seat.hpp"
#include "inquiries.hpp"
#include "known_differences.hpp"
#include "plan_document.hpp"

namespace banyan::strangler {
namespace {

constexpr std::array kGroups = {Group::New, Group::Control, Group::Old};
constexpr std::size_t kMostEvidence = 60 * 1024;

/// The log takes so much: rather all judgements without their figures than half of them with.
std::string evidence_of(std::vector<OperationVerdict> verdicts) {
  std::string text = to_json(verdicts);
  if (text.size() <= kMostEvidence) return text;
  std::erase_if(verdicts, [](const OperationVerdict& each) {
    return each.judgement == Judgement::BetterOrEqual;
  });
  for (OperationVerdict& each : verdicts) each.findings.clear();
  text = to_json(verdicts);
  return text.size() <= kMostEvidence ? text : "too many operations to list";
}

/// A message for the log has no line breaks and an end.
std::string line_of(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  if (text.size() > kLongestWhy) text.resize(kLongestWhy);
  return text;
}

std::string text_of(const Traffic& traffic) {
  return to_string(traffic.reads) + (traffic.writes == Side::Remote ? " with the writes" : "");
}

std::string burst_text(const std::string& operation) {
  return operation + ": the new side fails again and again, which is no chance any more";
}

}  // namespace

/// A rollout whose plan moves.
struct Conductor::Run {
  Run(PlanDocument found, std::uint64_t at, std::vector<JudgedOperation> all, const Parts& parts)
      : document(std::move(found)),
        version(at),
        operations(std::move(all)),
        runner(document.plan, parts.clock, document.mark),
        judge(operations, parts.rules) {}

  bool alone() const { return document.plan.steps[runner.step()].share == Percent::all(); }

  PlanDocument document;  ///< as the store has it, by `version`
  std::uint64_t version;
  std::vector<JudgedOperation> operations;
  PlanRunner runner;
  Judge judge;
  std::uint64_t steps_begun = 0;
  std::map<std::string, std::array<Window, kGroups.size()>> readings;
  std::optional<std::string> tripped;  ///< until it has had its effect
  SteadyTime not_before{};             ///< of a step forward that did not go
  std::uint64_t moved_at = 0;  ///< the change that has moved the writes, once it was looked up
  bool moved_by_plan = false;  ///< who has made it
  std::string hindrance;       ///< that was told
};

struct Conductor::Inside {
  Inside(Parts given, std::function<void()> wake)
      : parts(std::move(given)),
        seat(parts.seat),
        inquiries([this](const std::string& module) { return parts.board.ask_new_side(module); },
                  parts.aside, parts.clock, std::move(wake)) {}

  Run* run_of(const StoredPlan& stored);
  void count(const std::string& module, Run& run);
  void forgive(const std::string& module, Run& run) const;
  std::vector<OperationVerdict> verdicts(const std::string& module, const Run& run) const;
  std::vector<JudgedOperation> judged(const std::string& module, const Plan& plan) const;
  bool has_moved_the_writes(Run& run, const Rollout& rollout) const;
  PlanAction next_action(Run& run, const Rollout& rollout,
                         const std::vector<OperationVerdict>& verdicts,
                         const Result<bool>& has_seat) const;
  Result<Change> commit(const std::string& module, Run& run, const PlanAction& action,
                        const Traffic& now, const std::vector<OperationVerdict>& verdicts);
  void tell(Run& run, const std::string& module, Note::Kind kind, const std::string& message) const;
  void take_trips();
  void show(const std::string& module, View view);
  void forget_all_but(const std::set<std::string>& moving);

  const Parts parts;
  ConductorSeat seat;
  std::map<std::string, Run> runs;  ///< by the name of the rollout; of the thread that ticks

  std::mutex tripping;
  std::vector<std::pair<std::string, std::string>> trips;  ///< rollout and operation

  mutable std::mutex showing;
  std::map<std::string, View, std::less<>> views;

  std::mutex beginning;
  std::unique_ptr<Scheduler::Handle> watch;

  Inquiries inquiries;  // last: what it asks is there until it has ended
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
  inside_->seat.leave();  // before the wait: who follows goes on at once
  inside_->inquiries.end();
}

void Conductor::wake() {
  const std::lock_guard lock(inside_->beginning);
  if (inside_->watch) inside_->watch->wake();
}

void Conductor::trip(std::string_view rollout, std::string_view operation) {
  {
    const std::lock_guard lock(inside_->tripping);
    inside_->trips.emplace_back(rollout, operation);
  }
  wake();
}

Conductor::View Conductor::view(std::string_view module) const {
  const std::lock_guard lock(inside_->showing);
  const auto found = inside_->views.find(module);
  return found == inside_->views.end() ? View{} : found->second;
}

std::optional<std::string> Conductor::what_differs(std::string_view module, Timestamp begin) const {
  const Parts& parts = inside_->parts;
  return known_differences(module, parts.operations(module), parts.evidence, parts.rules, begin);
}

void Conductor::Inside::show(const std::string& module, View view) {
  const std::lock_guard lock(showing);
  views[module] = std::move(view);
}

void Conductor::Inside::tell(Run& run, const std::string& module, Note::Kind kind,
                             const std::string& message) const {
  if (kind != Note::Kind::Hindered) {
    run.hindrance.clear();
  } else if (std::exchange(run.hindrance, message) == message) {
    return;
  }
  if (parts.note) parts.note({kind, module, message});
}

/// Writes only where the plan moves them: nobody waits for evidence of what stays where it is.
std::vector<JudgedOperation> Conductor::Inside::judged(const std::string& module,
                                                       const Plan& plan) const {
  std::vector<JudgedOperation> all = parts.operations(module);
  if (!plan.moves_writes()) {
    std::erase_if(all, [](const auto& each) { return each.effect == Effect::Write; });
  }
  return all;
}

/// What the store has, with what is known here of the time since it was written. A plan that was
/// begun anew, or operations that are others, have no evidence yet.
Conductor::Run* Conductor::Inside::run_of(const StoredPlan& stored) {
  auto document = plan_document_from(stored.document);
  if (!document || !document->moves()) return nullptr;
  std::vector<JudgedOperation> operations = judged(stored.module, document->plan);
  const auto found = runs.find(stored.module);
  if (found != runs.end() && found->second.document.begun == document->begun &&
      found->second.operations == operations) {
    Run& run = found->second;
    if (run.version == stored.version) return &run;
    // Somebody else has written: an order, or the process that has the seat.
    const bool other_step =
        document->mark.step != run.document.mark.step || document->since != run.document.since;
    const bool taken_up = run.document.mark.state == PlanState::NeedsPerson &&
                          document->mark.state == PlanState::Running;
    run.document = std::move(*document);
    run.version = stored.version;
    run.runner = PlanRunner(run.document.plan, parts.clock, run.document.mark);
    run.steps_begun = 0;
    if (other_step) run.judge.begin_step(run.alone());
    if (taken_up) forgive(stored.module, run);
    return &run;
  }
  if (found != runs.end()) runs.erase(found);
  const auto [made, is_new] = runs.try_emplace(stored.module, std::move(*document), stored.version,
                                               std::move(operations), parts);
  Run& run = made->second;
  run.judge.begin_step(run.alone());  // lanes and workers are what they are: no plan moves them
  for (const JudgedOperation& each : run.operations) {
    OperationEvidence& evidence = parts.evidence.of(stored.module, each.name);
    evidence.burst().reset();
    auto& readings = run.readings[each.name];
    for (std::size_t i = 0; i < kGroups.size(); ++i) readings[i] = evidence.read(kGroups[i]);
  }
  return &run;
}

/// Somebody has looked into what was worse, and wants it judged anew.
void Conductor::Inside::forgive(const std::string& module, Run& run) const {
  run.tripped.reset();
  run.judge.forgive();
  if (parts.work != nullptr) parts.work->forgive(module);
  for (const JudgedOperation& each : run.operations) {
    parts.evidence.of(module, each.name).burst().reset();
  }
}

void Conductor::Inside::count(const std::string& module, Run& run) {
  for (const JudgedOperation& each : run.operations) {
    const std::string& operation = each.name;
    OperationEvidence& evidence = parts.evidence.of(module, operation);
    auto& before = run.readings[operation];
    std::array<Window, kGroups.size()> fresh;
    for (std::size_t i = 0; i < kGroups.size(); ++i) {
      const Window now = evidence.read(kGroups[i]);
      fresh[i] = now.since(before[i]);
      before[i] = now;
    }
    Moment moment{.new_side = fresh[0], .control = fresh[1], .old_side = fresh[1]};
    moment.old_side += fresh[2];
    run.judge.add(operation, moment);
    evidence.burst().set(run.judge.burst_rule(operation));
  }
}

/// Of what the switch moves, and of what nobody requests, which it does not.
std::vector<OperationVerdict> Conductor::Inside::verdicts(const std::string& module,
                                                          const Run& run) const {
  std::vector<OperationVerdict> all = run.judge.verdicts();
  if (parts.work == nullptr) return all;
  std::vector<OperationVerdict> of_work = parts.work->of(module);
  std::ranges::move(of_work, std::back_inserter(all));
  return all;
}

/// A trip for a rollout that no plan moves is for nobody to act on.
void Conductor::Inside::take_trips() {
  std::vector<std::pair<std::string, std::string>> fresh;
  {
    const std::lock_guard lock(tripping);
    fresh.swap(trips);
  }
  for (const auto& [module, operation] : fresh) {
    const auto run = runs.find(module);
    if (run != runs.end()) run->second.tripped = burst_text(operation);
  }
}

/// Whether it was a plan, and no person, that has moved the writes: by the last line that the
/// switch log has of the rollout. What a person has moved, a plan does not bring home.
bool Conductor::Inside::has_moved_the_writes(Run& run, const Rollout& rollout) const {
  if (run.document.plan.steps[run.runner.step()].writes == Side::Local) return false;
  if (run.moved_at != rollout.revision) {
    const auto lines = parts.board.store().log(1, rollout.module);
    if (!lines || lines->empty()) return false;
    run.moved_by_plan = is_plan(lines->front().who) && lines->front().seq == rollout.revision;
    run.moved_at = rollout.revision;
  }
  return run.moved_by_plan;
}

PlanAction Conductor::Inside::next_action(Run& run, const Rollout& rollout,
                                          const std::vector<OperationVerdict>& verdicts,
                                          const Result<bool>& has_seat) const {
  PlanRunner::Situation situation{rollout.traffic};
  if (rollout.traffic.writes == Side::Remote) {
    if (!has_moved_the_writes(run, rollout)) {
      return run.runner.complete("somebody has moved it: its writes are on the new side");
    }
    const bool in_question =
        run.tripped || std::ranges::find(verdicts, Judgement::Worse,
                                         &OperationVerdict::judgement) != verdicts.end();
    if (in_question) situation.writes_stay = parts.board.why_writes_stay(rollout.module);
  }
  if (run.tripped) return run.runner.trip(*run.tripped, situation);
  if (has_seat && *has_seat) return run.runner.tick(situation, verdicts);
  if (auto back = run.runner.leave_if_worse(situation, verdicts)) return *std::move(back);
  return {PlanAction::Kind::Nothing, Traffic{},
          has_seat ? "another process takes it forward, and has seen other requests than this one"
                   : has_seat.error().message};
}

Result<Change> Conductor::Inside::commit(const std::string& module, Run& run,
                                         const PlanAction& action, const Traffic& now,
                                         const std::vector<OperationVerdict>& verdicts) {
  PlanDocument next = run.document;
  next.mark = run.runner.mark();
  if (next.mark.step != run.document.mark.step || next.mark.arrived != run.document.mark.arrived ||
      next.mark.state != run.document.mark.state) {
    next.since = parts.clock.now();
  }
  const bool more = action.shifts() && gives_more(now, action.to);
  bool wrote = false;
  auto change = parts.board.walk(
      module, {.more = more, .asked = true},
      {plan_of(run.document.who), line_of(action.reason), evidence_of(verdicts)},
      [&](const Traffic& before, StoredPlan& plan) -> Result<Traffic> {
        const bool others = before.writes != now.writes || (more && before.reads != now.reads);
        if (plan.version != run.version || (action.shifts() && others)) {
          return fail(ErrorCode::Conflict, "banyan.plan_changed",
                      "somebody has changed the plan or the traffic of " + module + " meanwhile");
        }
        std::string text = to_text(next);
        wrote = text != plan.document;
        plan.document = std::move(text);
        if (!action.shifts()) return before;
        return action.to;
      });
  if (!change) return change;
  run.document = std::move(next);
  if (wrote) ++run.version;
  return change;
}

void Conductor::walk(Run& run, const StoredPlan& stored, std::vector<OperationVerdict> verdicts,
                     const Result<bool>& has_seat) {
  Inside& all = *inside_;
  const bool conducts = has_seat && *has_seat;
  const auto stand = all.parts.board.store().stand();
  const Rollout* const rollout = stand ? stand->find(stored.module) : nullptr;
  if (rollout == nullptr) {
    const std::string problem =
        stand ? "the control store does not know " + stored.module : stand.error().message;
    all.tell(run, stored.module, Note::Kind::Hindered, problem);
    all.show(stored.module, {std::move(verdicts), problem, conducts});
    return;
  }
  const Traffic& now = rollout->traffic;
  const PlanRunner before = run.runner;
  const PlanAction action = all.next_action(run, *rollout, verdicts, has_seat);
  std::string reason = action.reason;
  const bool more = action.shifts() && gives_more(now, action.to);
  const bool waits = more && all.parts.clock.steady() < run.not_before;
  std::optional<Result<void>> fit = Result<void>();
  if (more && !waits) fit = all.inquiries.about(stored.module);
  if (waits || !fit) {
    run.runner = before;
    reason = waits ? run.hindrance : "its new side is asked whether it is fit for more";
  } else if (action.shifts() || run.runner.mark() != before.mark()) {
    // What was not changed here is not written: one that only looks on has not arrived anywhere.
    const auto change = *fit ? all.commit(stored.module, run, action, now, verdicts)
                             : Result<Change>(fail(fit->error()));
    if (!change) {
      run.runner = before;
      reason = change.error().message;
      // Of a conflict the next tick knows more.
      if (change.error().code != ErrorCode::Conflict) {
        if (more) run.not_before = all.parts.clock.steady() + kPatience;
        all.tell(run, stored.module, Note::Kind::Hindered, reason);
      }
    } else if (action.shifts()) {
      all.tell(run, stored.module, more ? Note::Kind::Moved : Note::Kind::WentBack,
               "to " + text_of(action.to) + ": " + action.reason);
    } else if (run.runner.state() == PlanState::NeedsPerson) {
      all.tell(run, stored.module, Note::Kind::NeedsPerson, action.reason);
    }
  } else if (!has_seat) {
    all.tell(run, stored.module, Note::Kind::Hindered, reason);
  }
  if (run.runner.steps_begun() > run.steps_begun) {
    run.steps_begun = run.runner.steps_begun();
    run.judge.begin_step(run.alone());
  }
  all.show(stored.module, {std::move(verdicts), std::move(reason), conducts});
}

void Conductor::Inside::forget_all_but(const std::set<std::string>& moving) {
  std::erase_if(runs, [&](const auto& run) { return !moving.contains(run.first); });
  const std::lock_guard lock(showing);
  std::erase_if(views, [&](const auto& view) { return !moving.contains(view.first); });
}

void Conductor::tick() {
  Inside& all = *inside_;
  const auto plans = all.parts.board.store().plans();
  if (!plans) return;  // who reads the stages complains about it
  std::set<std::string> moving;
  struct Walked {
    const StoredPlan* stored;
    Run* run;
    std::vector<OperationVerdict> verdicts;
  };
  std::vector<Walked> runs;
  for (const StoredPlan& each : *plans) {
    if (Run* const run = all.run_of(each)) {
      moving.insert(each.module);
      all.count(each.module, *run);
      runs.push_back({&each, run, all.verdicts(each.module, *run)});
    }
  }
  all.forget_all_but(moving);
  all.take_trips();
  if (runs.empty()) return all.seat.leave();
  // Who goes back does not wait for one that goes forward, whose new side is asked first.
  std::ranges::stable_partition(runs, [](const Walked& each) {
    return each.run->tripped || each.run->runner.state() == PlanState::Returning ||
           overall(each.verdicts) == Judgement::Worse;
  });
  const Result<bool> has_seat = all.seat.take();
  for (Walked& each : runs) walk(*each.run, *each.stored, std::move(each.verdicts), has_seat);
}

}  // namespace banyan::strangler
