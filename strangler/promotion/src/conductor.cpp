// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/conductor.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "conductor_seat.hpp"
#include "inquiries.hpp"
#include "known_differences.hpp"
#include "plan_document.hpp"
#include "step_progress.hpp"

namespace banyan::strangler {

/// Failures of the new side that have become a burst.
struct Trip {
  std::string operation;
  statistics::Tally failed{};  ///< of its last requests

  std::string text() const {
    std::string words =
        operation + ": the new side fails again and again, which is no chance any more";
    if (failed.of == 0) return words;
    return words + ": " + std::to_string(failed.hits) + " of the last " + std::to_string(failed.of);
  }
};

namespace {

constexpr std::array kGroups = {Group::New, Group::Control, Group::Old};
constexpr std::size_t kMostEvidence = 60 * 1024;
/// Why a step begins anew, as people read it behind what it says.
constexpr std::string_view kOfAnotherSide =
    "; what was seen of it begins anew, for the new side is elsewhere by now, or other answers "
    "count as the same";

/// The log takes so much: rather all judgements without their figures than half of them with.
std::string figures_of(std::vector<OperationVerdict> verdicts) {
  std::string text = to_json(verdicts);
  if (text.size() <= kMostEvidence) return text;
  std::erase_if(verdicts, [](const OperationVerdict& each) {
    return each.judgement == Judgement::BetterOrEqual;
  });
  for (OperationVerdict& each : verdicts) each.findings.clear();
  text = to_json(verdicts);
  return text.size() <= kMostEvidence ? text : "too many operations to list";
}

/// What the judge says of the last minute is no reason for a trip, which goes by the last requests:
/// those come first.
std::string evidence_of(const std::vector<OperationVerdict>& verdicts,
                        const std::optional<Trip>& trip) {
  using Json = nlohmann::ordered_json;
  std::string figures = figures_of(verdicts);
  if (!trip) return figures;
  Json json = {{"judgement", to_string(Judgement::Worse)},
               {"burst",
                {{"operation", trip->operation},
                 {"new_side", {{"hits", trip->failed.hits}, {"of", trip->failed.of}}}}}};
  const Json judged = Json::parse(figures, nullptr, false);
  if (judged.is_object()) json["operations"] = judged.at("operations");
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A message for the log has no line breaks and an end.
std::string line_of(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  if (text.size() > kLongestWhy) text.resize(kLongestWhy);
  return text;
}

std::uint64_t samples_of(const Judge& judge) {
  std::uint64_t all = 0;
  for (const OperationVerdict& each : judge.verdicts()) all += each.samples;
  return all;
}

/// The new side has the share of its step, which goes on.
bool is_under_way(const PlanDocument& document) {
  return document.mark.state == PlanState::Running && document.mark.arrived;
}

std::string text_of(const Traffic& traffic) {
  return to_string(traffic.reads) + (traffic.writes == Side::Remote ? " with the writes" : "");
}

}  // namespace

/// A rollout whose plan moves.
struct Conductor::Run {
  Run(PlanDocument found, std::uint64_t at, std::vector<JudgedOperation> all, std::string side,
      const Parts& parts)
      : document(std::move(found)),
        version(at),
        operations(std::move(all)),
        judged_side(std::move(side)),
        runner(document.plan, parts.clock, document.mark),
        judge(operations, parts.rules) {}

  bool alone() const { return document.plan.steps[runner.step()].share == Percent::all(); }

  PlanDocument document;  ///< as the store has it, by `version`
  std::uint64_t version;
  std::vector<JudgedOperation> operations;
  std::string judged_side;
  PlanRunner runner;
  Judge judge;
  std::uint64_t steps_begun = 0;
  std::map<std::string, std::array<Window, kGroups.size()>> readings;
  std::optional<Trip> tripped;  ///< until it has had its effect
  SteadyTime not_before{};      ///< of a step forward that did not go
  std::uint64_t moved_at = 0;   ///< the change that has moved the writes, once it was looked up
  bool moved_by_plan = false;   ///< who has made it
  std::string hindrance;        ///< that was told
  std::string anew;             ///< why what was seen of the step has begun anew, if it has
};

struct Conductor::Inside {
  Inside(Parts given, std::function<void()> wake)
      : parts(std::move(given)),
        seat(parts.seat),
        progress(parts.progress, parts.program.empty() ? this_program() : parts.program),
        inquiries([this](const std::string& module) { return parts.board.ask_new_side(module); },
                  parts.aside, parts.clock, std::move(wake)) {}

  Run* run_of(const StoredPlan& stored);
  void count(const std::string& module, Run& run);
  void forgive(const std::string& module, Run& run) const;
  bool is_new_here(const Result<bool>& has_seat);
  void take_up(const std::string& module, Run& run, const ProgressFile::Kept& kept) const;
  std::string take_evidence(Run& run, const StepProgress& step,
                            const ProgressFile::Kept& kept) const;
  void keep_progress();
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
  bool seated = false;  ///< at the last tick
  ProgressFile progress;
  SteadyTime write_at{};            ///< that file
  bool kept_any = false;            ///< it has a step
  bool not_kept = false;            ///< which was told
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
  // What it has come to, for the next one, who looks for it with the seat.
  if (std::exchange(inside_->seated, false)) inside_->keep_progress();
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
  if (!parts.operations) return std::nullopt;
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
/// begun anew has no evidence yet, and neither have operations that nobody knew of before.
Conductor::Run* Conductor::Inside::run_of(const StoredPlan& stored) {
  auto document = plan_document_from(stored.document);
  if (!document || !document->moves()) return nullptr;
  std::vector<JudgedOperation> operations = judged(stored.module, document->plan);
  std::string side = parts.judged_side ? parts.judged_side(stored.module) : std::string();
  const auto found = runs.find(stored.module);
  const bool is_same_side = found == runs.end() || found->second.judged_side == side;
  if (found != runs.end() && found->second.document.begun == document->begun && is_same_side &&
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
    run.anew.clear();
    if (other_step) run.judge.begin_step(run.alone());
    if (taken_up) forgive(stored.module, run);
    return &run;
  }
  // Where only the operations are others, the step goes on, with what was seen of those that stay;
  // of another new side nothing was seen yet.
  std::chrono::milliseconds lasted{0};
  std::string seen;
  if (found != runs.end()) {
    if (found->second.version == stored.version) {
      lasted = found->second.runner.lasted();
      seen = found->second.judge.kept();
    }
    runs.erase(found);
  }
  const auto [made, is_new] = runs.try_emplace(stored.module, std::move(*document), stored.version,
                                               std::move(operations), std::move(side), parts);
  Run& run = made->second;
  if (lasted.count() > 0 && is_under_way(run.document)) run.runner.go_on(lasted);
  run.judge.begin_step(run.alone());  // lanes and workers are what they are: no plan moves them
  if (!seen.empty()) {
    (void)run.judge.go_on(seen, is_same_side ? Judge::Memory::All : Judge::Memory::Usual);
  }
  for (const JudgedOperation& each : run.operations) {
    OperationEvidence& evidence = parts.evidence.of(stored.module, each.name);
    evidence.burst().reset();
    auto& readings = run.readings[each.name];
    for (std::size_t i = 0; i < kGroups.size(); ++i) readings[i] = evidence.read(kGroups[i]);
  }
  if (!is_same_side && lasted.count() > 0) {
    run.anew = kOfAnotherSide;
    const PlanStep& step = run.document.plan.steps[run.document.mark.step];
    tell(run, stored.module, Note::Kind::TakenUp, "at " + to_string(step) + run.anew);
  }
  return &run;
}

/// Whether this process has just got the seat, which another one may have had before.
bool Conductor::Inside::is_new_here(const Result<bool>& has_seat) {
  const bool had = std::exchange(seated, has_seat && *has_seat);
  return seated && !had;
}

/// Where somebody else was.
void Conductor::Inside::take_up(const std::string& module, Run& run,
                                const ProgressFile::Kept& kept) const {
  if (!is_under_way(run.document) || run.runner.lasted().count() > 0) return;
  const PlanStep& step = run.document.plan.steps[run.document.mark.step];
  const std::string where = "at " + to_string(step);
  const auto found = std::ranges::find_if(kept.steps, [&](const StepProgress& each) {
    return each.module == module && each.begun == run.document.begun &&
           each.step == run.document.mark.step && each.since == run.document.since;
  });
  if (found == kept.steps.end()) {
    run.anew = "; it begins anew, for nobody has kept how long it has lasted";
    return tell(run, module, Note::Kind::TakenUp, where + run.anew);
  }
  run.runner.go_on(found->lasted);
  const auto passed = std::chrono::floor<std::chrono::seconds>(found->lasted);
  run.anew = take_evidence(run, *found, kept);
  tell(run, module, Note::Kind::TakenUp,
       where + ", which has lasted " + std::to_string(passed.count()) + "s of " +
           std::to_string(step.dwell.count()) + "s" +
           (run.anew.empty() ? "; what was seen of it is kept" : run.anew));
}

/// "" when all is there; else why it begins anew. What the old side is usually like is taken in any
/// case, for once all has moved nobody can learn it any more.
std::string Conductor::Inside::take_evidence(Run& run, const StepProgress& step,
                                             const ProgressFile::Kept& kept) const {
  // One that has looked on has seen the same step.
  if (samples_of(run.judge) >= step.samples && step.samples > 0) return {};
  const std::chrono::microseconds age(parts.clock.now().micros - kept.written.micros);
  const bool is_past = age.count() >= 0;
  const bool is_same = kept.program == progress.program() && !kept.program.empty();
  const bool is_same_side = step.judged_side == run.judged_side;
  if (is_same && is_same_side && is_past && age <= ProgressFile::kAge) {
    if (run.judge.go_on(step.evidence, Judge::Memory::All)) return {};
    return "; what was seen of it begins anew, for it could not be read";
  }
  if (is_past && age <= ProgressFile::kUsualAge) {
    (void)run.judge.go_on(step.evidence, Judge::Memory::Usual);
  }
  if (!is_same) {
    return "; what was seen of it begins anew, for another build of the program has seen it";
  }
  if (!is_same_side) return std::string(kOfAnotherSide);
  return "; what was seen of it begins anew, for that is longer ago than an hour, or the clock was "
         "set";
}

/// At most every ProgressFile::kWrite, and at the end.
void Conductor::Inside::keep_progress() {
  std::vector<StepProgress> steps;
  for (const auto& [module, run] : runs) {
    if (!is_under_way(run.document) || run.runner.state() != PlanState::Running) continue;
    steps.push_back({.module = module,
                     .begun = run.document.begun,
                     .step = run.document.mark.step,
                     .since = run.document.since,
                     .lasted = run.runner.lasted(),
                     .samples = samples_of(run.judge),
                     .evidence = run.judge.kept(),
                     .judged_side = run.judged_side});
  }
  if (!std::exchange(kept_any, !steps.empty()) && steps.empty()) return;
  const auto written = progress.write(steps, parts.clock.now());
  if (std::exchange(not_kept, !written) || written || !parts.note) return;
  parts.note({Note::Kind::NotKept, steps.empty() ? std::string() : steps.front().module,
              written.error().message});
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
    if (run == runs.end()) continue;
    run->second.tripped =
        Trip{operation, parts.evidence.of(module, operation).burst().tripped_by()};
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
  if (run.tripped) return run.runner.trip(run.tripped->text(), situation);
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
  // Brought back by somebody's order and not by a verdict, along the steps or at once.
  if (next.mark.state == PlanState::RolledBack && run.document.mark.state == PlanState::Returning &&
      next.mark.reason == next.why) {
    next.mark.state = PlanState::Aborted;
  }
  if (next.mark.step != run.document.mark.step || next.mark.arrived != run.document.mark.arrived ||
      next.mark.state != run.document.mark.state) {
    next.since = parts.clock.now();
  }
  const bool more = action.shifts() && gives_more(now, action.to);
  bool wrote = false;
  auto change = parts.board.walk(
      module, {.more = more, .asked = true},
      {plan_of(run.document.who), line_of(action.reason), evidence_of(verdicts, run.tripped)},
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
  if (run.runner.step() != before.step()) run.anew.clear();
  if (!action.shifts() && run.runner.state() == PlanState::Running) reason += run.anew;
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
  if (runs.empty()) {
    all.seated = false;
    return all.seat.leave();
  }
  // Who goes back does not wait for one that goes forward, whose new side is asked first.
  std::ranges::stable_partition(runs, [](const Walked& each) {
    return each.run->tripped || each.run->runner.state() == PlanState::Returning ||
           overall(each.verdicts) == Judgement::Worse;
  });
  const Result<bool> has_seat = all.seat.take();
  if (all.is_new_here(has_seat)) {
    const ProgressFile::Kept kept = all.progress.read();
    for (Walked& each : runs) {
      all.take_up(each.stored->module, *each.run, kept);
      each.verdicts = all.verdicts(each.stored->module, *each.run);
    }
    all.write_at = all.parts.clock.steady() + ProgressFile::kWrite;
  }
  for (Walked& each : runs) walk(*each.run, *each.stored, std::move(each.verdicts), has_seat);
  if (!all.seated || all.parts.clock.steady() < all.write_at) return;
  all.write_at = all.parts.clock.steady() + ProgressFile::kWrite;
  all.keep_progress();
}

}  // namespace banyan::strangler
