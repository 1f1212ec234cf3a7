// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/fleet.hpp"

#include <string.h>

#include <algorithm>
#include <utility>

#include "banyan/kernel/exit_code.hpp"

namespace banyan::supervision {

std::string_view to_string(State state) {
  switch (state) {
    case State::Waiting: return "waiting";
    case State::Starting: return "starting";
    case State::Ready: return "ready";
    case State::Pausing: return "pausing";
    case State::Stopping: return "stopping";
    case State::Done: return "done";
    case State::Failed: return "failed";
    case State::Stopped: return "stopped";
  }
  return "?";
}

std::string to_string(const Ending& ending) {
  if (!ending.trouble.empty()) return "cannot be started: " + ending.trouble;
  if (ending.signal == 0) return "code " + std::to_string(ending.code);
  const char* const name = sigabbrev_np(ending.signal);
  return "signal " + std::to_string(ending.signal) +
         (name == nullptr ? "" : " (SIG" + std::string(name) + ')');
}

Fleet::Fleet(const Deployment& deployment)
    : deployment_(deployment), members_(deployment.programs.size()) {}

bool Fleet::runs(const Member& member) const { return member.status.process != 0; }

bool Fleet::is_there(std::size_t program) const {
  const State state = members_[program].status.state;
  const Readiness::Kind kind = deployment_.programs[program].ready.kind;
  const bool by_ending = kind == Readiness::Kind::Exit || kind == Readiness::Kind::Started;
  return state == State::Ready || (state == State::Done && by_ending);
}

bool Fleet::has_what_it_needs(std::size_t program) const {
  return std::ranges::all_of(deployment_.programs[program].needs,
                             [&](std::size_t need) { return is_there(need); });
}

bool Fleet::may_be_there(std::size_t program) const {
  switch (members_[program].status.state) {
    case State::Failed:
    case State::Stopped: return false;
    case State::Done: return is_there(program);
    case State::Waiting: return may_start(program);
    default: return true;
  }
}

bool Fleet::may_start(std::size_t program) const {
  return std::ranges::all_of(deployment_.programs[program].needs,
                             [&](std::size_t need) { return may_be_there(need); });
}

bool Fleet::is_waited_for(std::size_t program) const {
  if (is_there(program)) return false;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto& needs = deployment_.programs[i].needs;
    const bool needed = std::ranges::find(needs, program) != needs.end();
    if (needed && members_[i].status.state == State::Waiting) return true;
  }
  return false;
}

bool Fleet::needed_by_a_running_one(std::size_t program) const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto& needs = deployment_.programs[i].needs;
    if (runs(members_[i]) && std::ranges::find(needs, program) != needs.end()) return true;
  }
  return false;
}

std::vector<Action> Fleet::due(SteadyTime now) {
  std::vector<Action> actions;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    Status& status = member.status;
    if (status.state == State::Pausing && now >= *status.next_start) {
      status.next_start.reset();
      status.state = State::Waiting;
      ++status.restarts;
    }
    if (status.state == State::Waiting && !stopping_ && has_what_it_needs(i)) {
      status.state = State::Starting;
      actions.push_back({Action::What::Start, i});
      continue;
    }
    if (status.state == State::Starting && runs(member) &&
        now >= status.since + deployment_.programs[i].ready_time) {
      status.state = State::Stopping;
      member.because = Because::NotReady;
    }
    if (stopping_ && runs(member) && !needed_by_a_running_one(i)) {
      status.state = State::Stopping;
      member.because = Because::Stop;
    }
    if (status.state != State::Stopping) continue;
    if (!member.told) {
      member.told = true;
      member.kill_at = now + deployment_.programs[i].stop_timeout;
      actions.push_back({Action::What::Terminate, i});
    } else if (member.kill_at && now >= *member.kill_at) {
      member.kill_at.reset();
      actions.push_back({Action::What::Kill, i});
    }
  }
  return actions;
}

std::optional<SteadyTime> Fleet::next() const {
  std::optional<SteadyTime> first;
  const auto at = [&first](SteadyTime time) { first = first ? std::min(*first, time) : time; };
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (member.status.next_start) at(*member.status.next_start);
    if (member.kill_at) at(*member.kill_at);
    if (member.status.state == State::Starting && runs(member)) {
      at(member.status.since + deployment_.programs[i].ready_time);
    }
  }
  return first;
}

void Fleet::started(std::size_t program, pid_t process, SteadyTime now) {
  Member& member = members_[program];
  member.status.state = State::Starting;
  member.status.process = process;
  member.status.since = now;
  member.because = Because::None;
  member.told = false;
  member.kill_at.reset();
  member.was_ready = false;
}

void Fleet::ready(std::size_t program, SteadyTime now) {
  Member& member = members_[program];
  if (member.status.state != State::Starting) return;
  member.status.state = State::Ready;
  member.ready_since = now;
  member.was_ready = true;
}

void Fleet::ended(std::size_t program, Ending ending, SteadyTime now) {
  Member& member = members_[program];
  Status& status = member.status;
  const Program& plan = deployment_.programs[program];
  const Because because = member.because;
  const bool good = ending.good();
  const bool useless =
      ending.trouble.empty() && ending.signal == 0 &&
      (ending.code == exit_code::kUsage || ending.code == exit_code::kBadConfiguration);
  status.process = 0;
  status.last_end = std::move(ending);
  member.because = Because::None;
  member.kill_at.reset();
  // Of this process: the next start may fail before there is another one.
  const bool was_ready = std::exchange(member.was_ready, false);
  if (was_ready && now - member.ready_since >= deployment_.healthy_after) {
    member.failures = 0;
  }
  if (stopping_) {
    status.state = State::Stopped;
  } else if (because == Because::Restart) {
    status.state = State::Waiting;
    ++status.restarts;
  } else if (because == Because::NotReady) {
    fail(program, now);
  } else if (good && plan.ready.kind == Readiness::Kind::Exit) {
    status.state = State::Done;
  } else if (good && was_ready && plan.restart != Restart::Always) {
    status.state = State::Done;
  } else if (useless) {
    status.state = State::Failed;
  } else {
    fail(program, now);
  }
}

void Fleet::fail(std::size_t program, SteadyTime now) {
  Member& member = members_[program];
  if (deployment_.programs[program].restart == Restart::Never) {
    member.status.state = State::Failed;
    return;
  }
  auto pause = deployment_.restart_first;
  for (unsigned i = 0; i < member.failures && pause < deployment_.restart_most; ++i) pause *= 2;
  ++member.failures;
  member.status.state = State::Pausing;
  member.status.next_start = now + std::min(pause, deployment_.restart_most);
}

void Fleet::stop() {
  stopping_ = true;
  for (Member& member : members_) {
    member.status.next_start.reset();
    const State state = member.status.state;
    if (!runs(member) && state != State::Done && state != State::Failed) {
      member.status.state = State::Stopped;
    }
  }
}

void Fleet::restart(std::size_t program, SteadyTime now) {
  if (stopping_) return;
  Member& member = members_[program];
  member.failures = 0;
  if (runs(member)) {
    member.status.state = State::Stopping;
    member.because = Because::Restart;
  } else {
    member.status.state = State::Pausing;
    member.status.next_start = now;
  }
}

bool Fleet::over() const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const State state = members_[i].status.state;
    const bool at_rest = state == State::Done || state == State::Failed ||
                         state == State::Stopped || (state == State::Waiting && !may_start(i));
    if (runs(members_[i]) || !at_rest) return false;
  }
  return true;
}

bool Fleet::any_failed() const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const State state = members_[i].status.state;
    if (state == State::Failed || (state == State::Waiting && !may_start(i))) return true;
  }
  return false;
}

}  // namespace banyan::supervision
