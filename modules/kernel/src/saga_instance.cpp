// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/error_origin.hpp"
#include "banyan/kernel/saga.hpp"

namespace banyan {
namespace {

using std::chrono::microseconds;

constexpr const char* kDeadline = "deadline";
constexpr const char* kNotInTime = "not done in time";

/// Up to a quarter less than doubling says, so that what failed together does not come back
/// together.
microseconds backoff(std::int64_t failures, const SagaPolicy& policy, std::uint64_t jitter) {
  constexpr std::int64_t kMostDoublings = 30;
  const microseconds first = policy.first_backoff;
  const microseconds longest = policy.longest_backoff;
  const auto factor = std::int64_t{1} << std::clamp<std::int64_t>(failures - 1, 0, kMostDoublings);
  const microseconds wait = first > longest / factor ? longest : first * factor;
  return wait - microseconds(static_cast<std::int64_t>(
                    jitter % static_cast<std::uint64_t>(wait.count() / 4 + 1)));
}

bool is_committed(const SagaRecord& saga) {
  for (std::size_t i = 0; i < saga.steps.size(); ++i) {
    const SagaStep& step = saga.steps[i];
    if (step.kind == StepKind::Pivot && step.state == StepState::Done) return true;
    // Without a pivot, reaching what cannot be undone is the point of no return.
    const bool reached = static_cast<std::int64_t>(i) <= saga.step;
    if ((step.kind == StepKind::Retriable || step.kind == StepKind::Await) && reached) return true;
  }
  return false;
}

/// Why it turned back, for people, where its steps still say so: what is told while an undo waits
/// takes the place of that, and is over with the step.
std::optional<std::string> why_it_turned_back(const SagaRecord& saga) {
  const std::string why = saga.turned_back.value_or("");
  if (why == kDeadline) return kNotInTime;
  for (const SagaStep& step : saga.steps) {
    const std::string said = step.doing.problem.value_or("");
    if (!why.empty() && said.find(why) != std::string::npos) return said;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(SagaOutcome outcome) {
  switch (outcome) {
    case SagaOutcome::Done: return "done";
    case SagaOutcome::Refused: return "refused";
    case SagaOutcome::NotYet: return "not_yet";
    case SagaOutcome::NoAnswer: return "no_answer";
    case SagaOutcome::Failed: return "failed";
  }
  return "";
}

SagaOutcome outcome_of(const Error& error) {
  if (is_still_running(error)) return SagaOutcome::NoAnswer;
  switch (error.code) {
    case ErrorCode::Unavailable:
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::ResourceExhausted: return SagaOutcome::NoAnswer;
    case ErrorCode::Internal:
    case ErrorCode::Unauthenticated:
    case ErrorCode::PermissionDenied: return SagaOutcome::Failed;
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::Conflict:
    case ErrorCode::FailedPrecondition:
      // That the operation did not happen and will not, only its module knows.
      return origin_of(error) == ErrorOrigin::Module ? SagaOutcome::Refused : SagaOutcome::Failed;
  }
  return SagaOutcome::Failed;
}

SagaInstance SagaInstance::over() {
  SagaRecord record;
  record.status = SagaStatus::Done;
  return SagaInstance(std::move(record));
}

std::optional<SagaCall> SagaInstance::next() const {
  if (record_.status != SagaStatus::Active) return std::nullopt;
  const SagaStep& step = record_.steps.at(static_cast<std::size_t>(record_.step));
  const bool undo = record_.phase == SagaPhase::Back;
  const std::string key = "saga:" + record_.id.str() + ':' + step.name;
  return SagaCall{static_cast<std::size_t>(record_.step), undo, undo ? step.undo : step.name,
                  step.dependency, undo ? key + ":undo" : key};
}

bool SagaInstance::due(const LeaseTime& now, const SagaPolicy& policy) const {
  return record_.status == SagaStatus::Active &&
         record_.waits_until.is_over(now, policy.longest_wait());
}

bool SagaInstance::take_over(std::string holder, const LeaseTime& now, const SagaPolicy& policy) {
  if (record_.status != SagaStatus::Active) return false;
  if (!record_.holder.empty() && record_.phase == SagaPhase::Forward) note_lost_call();
  record_.holder = std::move(holder);
  ++record_.epoch;
  renew(now, policy);
  return true;
}

void SagaInstance::renew(const LeaseTime& now, const SagaPolicy& policy) {
  record_.waits_until = now.after(policy.lease);
}

void SagaInstance::take(const SagaCall& call, const SagaAnswer& answer, const SagaMoment& now,
                        const SagaPolicy& policy, std::uint64_t jitter) {
  if (answer.began) {
    SagaStep& step = touch(call.step);
    StepCalls& calls = call.undo ? step.undoing : step.doing;
    ++calls.calls;
    if (!calls.began) calls.began = answer.began;
    calls.ended = now.time;
    calls.problem.reset();
    if (!answer.problem.empty()) calls.problem = answer.problem;
  }
  if (answer.outcome == SagaOutcome::NoAnswer) {
    record_.blocked_on = call.dependency;
    ++record_.outages;
    return wait(answer.problem, record_.outages, now, policy, jitter);
  }
  const bool waited = record_.outages > 0 || record_.attempts > 0;
  record_.blocked_on.clear();
  record_.outages = 0;
  const StepKind kind = record_.steps.at(call.step).kind;
  switch (answer.outcome) {
    case SagaOutcome::Done:
      fresh();
      if (!call.undo) return advance(now.time);
      if (waited) record_.problem = why_it_turned_back(record_);
      return retreat(now.time);
    case SagaOutcome::NotYet: {
      // Whoever knows better wakes it; asking is for what was not heard.
      record_.waits_until = now.lease.after(policy.longest_backoff);
      record_.holder.clear();
      return;
    }
    case SagaOutcome::Refused:
      if (!call.undo && (kind == StepKind::Compensable || kind == StepKind::Pivot)) {
        if (at().undoing.calls > 0) break;  // the pivot, whose revoking was refused as too late
        record_.turned_back = record_.turned_back.value_or(answer.rule);
        fresh();
        record_.problem = answer.problem;
        // An earlier try, whose answer nobody has had, may have done it, or do it yet.
        const bool may_be_done = at().doing.calls > 1 && !at().undo.empty();
        if (!may_be_done) at().state = StepState::Refused;
        return go_back_from(may_be_done ? record_.step : record_.step - 1, now.time);
      }
      if (call.undo && kind == StepKind::Pivot) {
        // It happened before it was revoked: on with it. That somebody wanted it back stays known.
        record_.phase = SagaPhase::Forward;
        return fresh();
      }
      break;
    case SagaOutcome::NoAnswer:
    case SagaOutcome::Failed: break;
  }
  count(answer.problem, now, policy, jitter);
}

void SagaInstance::stuck(std::string problem) {
  record_.status = SagaStatus::Stuck;
  record_.problem = std::move(problem);
  record_.holder.clear();
}

SagaInstance::Turned SagaInstance::could_turn_back() const {
  if (!open()) return Turned::Ended;
  if (record_.phase == SagaPhase::Back) {
    return record_.status == SagaStatus::Stuck ? Turned::Back : Turned::Ended;
  }
  if (is_committed(record_)) return Turned::TooLate;
  const SagaStep& step = record_.steps.at(static_cast<std::size_t>(record_.step));
  return step.kind == StepKind::Pivot && step.undo.empty() ? Turned::Unknown : Turned::Back;
}

SagaInstance::Turned SagaInstance::turn_back(std::string why, std::optional<std::string> problem) {
  if (!open()) return Turned::Ended;
  if (record_.phase == SagaPhase::Forward) {
    if (const Turned could = could_turn_back(); could != Turned::Back) return could;
    record_.phase = SagaPhase::Back;
    record_.turned_back = std::move(why);
  }
  record_.status = SagaStatus::Active;
  fresh();
  record_.problem = std::move(problem);
  if (record_.holder.empty()) record_.waits_until = {};
  return Turned::Back;
}

bool SagaInstance::turn_back_if_late(Timestamp now) {
  if (!record_.deadline || now < *record_.deadline) return false;
  if (record_.status != SagaStatus::Active || record_.phase != SagaPhase::Forward) return false;
  return turn_back(kDeadline, kNotInTime) == Turned::Back;
}

bool SagaInstance::resume() { return record_.status == SagaStatus::Stuck && retry(); }

bool SagaInstance::may_be_retried() const {
  return record_.status == SagaStatus::Stuck ||
         (record_.status == SagaStatus::Active && record_.holder.empty());
}

bool SagaInstance::retry() {
  if (!may_be_retried()) return false;
  record_.status = SagaStatus::Active;
  record_.attempts = 0;
  record_.outages = 0;
  record_.waits_until = {};
  return true;
}

bool SagaInstance::may_be_marked() const {
  if (record_.status == SagaStatus::Stuck) return true;
  if (record_.status != SagaStatus::Active || !record_.holder.empty()) return false;
  const StepKind kind = record_.steps.at(static_cast<std::size_t>(record_.step)).kind;
  return !record_.blocked_on.empty() || kind == StepKind::Await;
}

std::string SagaInstance::at_call() const {
  if (!open()) return {};
  const SagaStep& step = record_.steps.at(static_cast<std::size_t>(record_.step));
  return step.dependency + '.' + (record_.phase == SagaPhase::Back ? step.undo : step.name);
}

void SagaInstance::note(const std::string& what, const std::string& who, const std::string& why) {
  SagaStep& step = at();
  const std::string before = step.note ? *step.note + "; " : std::string();
  step.note = before + what + ", says " + who + ": " + why;
}

void SagaInstance::take_from_holder() {
  ++record_.epoch;
  record_.holder.clear();
  record_.waits_until = {};
}

bool SagaInstance::mark(const std::string& who, const std::string& why, Timestamp now) {
  if (!may_be_marked()) return false;
  record_.status = SagaStatus::Active;
  const bool back = record_.phase == SagaPhase::Back;
  note(back ? "undone" : "done", who, why);
  fresh();
  if (back) record_.problem = why_it_turned_back(record_);
  record_.waits_until = {};
  back ? retreat(now) : advance(now);
  return true;
}

void SagaInstance::advance(Timestamp now) {
  at().state = StepState::Done;
  ++record_.step;
  if (record_.step == static_cast<std::int64_t>(record_.steps.size())) {
    --record_.step;
    end(SagaStatus::Done, now);
  }
}

void SagaInstance::retreat(Timestamp now) {
  at().state = StepState::Undone;
  go_back_from(record_.step - 1, now);
}

void SagaInstance::go_back_from(std::int64_t step, Timestamp now) {
  record_.phase = SagaPhase::Back;
  if (step < 0) return end(SagaStatus::Undone, now);
  record_.step = step;
}

void SagaInstance::wait(const std::string& problem, std::int64_t failures, const SagaMoment& now,
                        const SagaPolicy& policy, std::uint64_t jitter) {
  record_.problem = problem;
  record_.waits_until = now.lease.after(backoff(failures, policy, jitter));
  record_.holder.clear();
}

void SagaInstance::count(const std::string& problem, const SagaMoment& now,
                         const SagaPolicy& policy, std::uint64_t jitter) {
  ++record_.attempts;
  if (record_.attempts >= policy.max_attempts) {
    return stuck("given up after " + std::to_string(record_.attempts) + " attempts: " + problem);
  }
  wait(problem, record_.attempts, now, policy, jitter);
}

void SagaInstance::end(SagaStatus status, Timestamp now) {
  record_.status = status;
  record_.ended = now;
  record_.holder.clear();
  if (status == SagaStatus::Done) record_.problem.reset();
}

void SagaInstance::note_lost_call() {
  StepCalls& calls = at().doing;
  ++calls.calls;
  calls.problem = "whoever asked was gone before the answer was written down";
}

SagaStep& SagaInstance::touch(std::size_t step) {
  if (std::ranges::find(touched_, step) == touched_.end()) touched_.push_back(step);
  return record_.steps.at(step);
}

void SagaInstance::fresh() {
  record_.attempts = 0;
  record_.outages = 0;
  record_.blocked_on.clear();
  if (record_.phase == SagaPhase::Forward) record_.problem.reset();
}

}  // namespace banyan
