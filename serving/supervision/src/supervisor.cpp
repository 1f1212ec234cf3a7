// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/supervisor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "banyan/http/instance_lock.hpp"
#include "banyan/kernel/exit_code.hpp"
#include "banyan/routing/keys.hpp"
#include "banyan/supervision/console.hpp"
#include "banyan/supervision/fleet.hpp"
#include "banyan/supervision/log_files.hpp"
#include "child.hpp"
#include "control_server.hpp"
#include "guard.hpp"
#include "probe.hpp"
#include "questions.hpp"
#include "state_folder.hpp"

namespace banyan::supervision {
namespace {

using posix::Descriptor;
using Json = Questions::Json;
using std::chrono::milliseconds;

constexpr std::string_view kSelf = "banyan";
/// How often a file is looked for, and whether the rest of a process group has gone: nobody tells.
constexpr milliseconds kLookAgain{20};
/// Between one guard and the next, where something takes each away.
constexpr milliseconds kBetweenGuards{1'000};

Descriptor checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return Descriptor(descriptor);
}

/// Which file that is, and of when; nothing while there is none.
using FileMark = std::optional<std::pair<ino_t, std::int64_t>>;
FileMark mark_of(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return std::pair(status.st_ino,
                   status.st_ctim.tv_sec * std::int64_t{1'000'000'000} + status.st_ctim.tv_nsec);
}

std::string seconds(std::chrono::steady_clock::duration time) {
  const auto tenths =
      std::chrono::round<std::chrono::duration<std::int64_t, std::deci>>(time).count();
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

/// The signals that the supervisor waits for; blocked before any thread begins.
Descriptor take_signals() {
  ::signal(SIGCHLD, SIG_DFL);  // ignored, as some callers leave it, no child could be waited for
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&wanted, each);
  ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
  return checked(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
}

class Supervisor {
 public:
  Supervisor(const Deployment& deployment, const SupervisorOptions& options)
      : deployment_(deployment),
        clock_(options.clock),
        lock_(locked(deployment)),
        painter_(names(deployment), options.colours, options.terminal),
        console_(STDOUT_FILENO),
        wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
        signals_(take_signals()),
        control_(deployment.state,
                 [this](Json& question, bool first) { return questions_.answer(question, first); }),
        fleet_(deployment),
        questions_(deployment, fleet_, clock_, [this](const std::string& line) { say(line); }),
        members_(deployment.programs.size()) {
    // What a program has left behind when it ended comes to us, who end it.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (const std::string& each : names(deployment)) {
      logs_.emplace_back(deployment.state / (each + ".log"), deployment.log_size,
                         deployment.log_files);
    }
  }

  int run() {
    say("supervises " + deployment_.file.string() + ", process " + std::to_string(::getpid()));
    for (std::size_t i = 0; i < fleet_.size(); ++i) tell_what_it_waits_for(i);
    while (true) {
      act_as_long_as_something_is_due();
      if (fleet_.over()) break;
      // No descriptor tells of what an order has made due.
      if (control_.serve()) continue;
      wait();
      take_output();
      if (take_signal() == Urgency::AtOnce) return end_at_once();
      reap();
      look_at_groups();
      look_for_readiness();
      look_after_guard();
    }
    return end();
  }

 private:
  enum class Urgency : std::uint8_t { None, Stop, AtOnce };

  /// What belongs to the process that runs.
  struct Member {
    std::optional<Ending> leader_ended{};  ///< and others of its group are left
    bool group_killed = false;
    std::unique_ptr<Probe> probe{};
    bool probe_trouble = false;  ///< was told
    FileMark mark{};             ///< before the start
  };
  struct Output {
    std::size_t program;
    Descriptor pipe;
    LineCutter cutter{};
  };

  static std::vector<std::string> names(const Deployment& deployment) {
    std::vector<std::string> all;
    for (const Program& each : deployment.programs) all.push_back(each.name);
    all.emplace_back(kSelf);
    return all;
  }

  /// Of a supervisor that was killed the guard still has the lock, until it has killed the rest.
  static http::InstanceLock locked(const Deployment& deployment) {
    make_state_folder(deployment.state);
    const std::filesystem::path file = deployment.state / "lock";
    for (int tries = 0;; ++tries) {
      try {
        return http::InstanceLock(file,
                                  "look at it with `banyan ps`, or stop it with `banyan down`");
      } catch (const std::system_error&) {
        throw;
      } catch (const std::runtime_error&) {
        pid_t holder = 0;
        std::ifstream(file) >> holder;
        const bool lives = holder > 0 && ::kill(holder, 0) == 0;
        if (lives || tries == 250) throw;
        ::poll(nullptr, 0, static_cast<int>(kLookAgain.count()));
      }
    }
  }

  SteadyTime now() const { return clock_.steady(); }
  const std::string& name(std::size_t program) const { return deployment_.programs[program].name; }

  // --- what is printed -------------------------------------------------------------------------

  void put(std::size_t source, std::string_view who, std::string_view line) {
    console_.print(painter_.paint(who, line));
    const std::string trouble = logs_[source].write(clock_.now(), line);
    if (!trouble.empty() && std::exchange(log_trouble_, true) == false) {
      console_.print(painter_.paint(kSelf, "the log files are not complete: " + trouble));
    }
  }
  void say(const std::string& line) { put(members_.size(), kSelf, line); }

  void tell_what_it_waits_for(std::size_t program) {
    std::string needs;
    for (const std::size_t need : deployment_.programs[program].needs) {
      needs += (needs.empty() ? "" : ", ") + name(need);
    }
    if (!needs.empty()) say(name(program) + " waits for " + needs);
  }

  // --- what is done ----------------------------------------------------------------------------

  /// What is ready at once lets others start at once.
  void act_as_long_as_something_is_due() {
    for (auto actions = fleet_.due(now()); !actions.empty(); actions = fleet_.due(now())) {
      for (const Action& each : actions) act(each);
    }
  }

  void act(const Action& action) {
    const std::size_t program = action.program;
    if (action.what == Action::What::Start) return begin(program);
    const pid_t group = fleet_.status(program).process;
    if (action.what == Action::What::Terminate) {
      members_[program].probe.reset();
      say("stops " + name(program));
      ::kill(-group, SIGTERM);
    } else {
      say(name(program) + " has not ended within " +
          strangler::time_text(
              static_cast<std::uint64_t>(deployment_.programs[program].stop_timeout.count())) +
          ", and is killed");
      ::kill(-group, SIGKILL);
    }
  }

  void begin(std::size_t program) {
    const Program& plan = deployment_.programs[program];
    Member& member = members_[program];
    member = {};
    if (plan.ready.kind == Readiness::Kind::File) member.mark = mark_of(plan.ready.what);
    auto child = start(plan, guard_.descriptor());
    if (!child) {
      finish(program, {.trouble = child.error()});
      return;
    }
    fleet_.started(program, child->process, now());
    outputs_.push_back({program, std::move(child->output)});
    say(name(program) + " is started, process " + std::to_string(child->process));
    if (plan.ready.kind == Readiness::Kind::Started) fleet_.ready(program, now());
    begin_probe(program);
  }

  bool lacks_probe(std::size_t program) const {
    return deployment_.programs[program].ready.kind == Readiness::Kind::Url &&
           fleet_.status(program).state == State::Starting && !members_[program].probe;
  }

  /// Where there is no thread for it now, as where there is no process for a guard, there is one
  /// soon: that is no reason to end all programs.
  void begin_probe(std::size_t program) {
    if (!lacks_probe(program)) return;
    Member& member = members_[program];
    try {
      member.probe = std::make_unique<Probe>(
          *probe_target_from(deployment_.programs[program].ready.what), wake_.number());
    } catch (const std::system_error& error) {
      if (std::exchange(member.probe_trouble, true)) return;
      say(name(program) + " cannot be asked whether it is ready: " + error.what() +
          "; it is tried again and again");
    }
  }

  void look_for_readiness() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!members_[i].leader_ended) look_for_readiness(i);
    }
  }

  void look_for_readiness(std::size_t program) {
    const Readiness& ready = deployment_.programs[program].ready;
    Member& member = members_[program];
    if (fleet_.status(program).state != State::Starting) return;
    begin_probe(program);
    bool is_ready = member.probe && member.probe->passed();
    if (ready.kind == Readiness::Kind::File) {
      const FileMark mark = mark_of(ready.what);
      is_ready = mark && mark != member.mark;
    }
    if (!is_ready) return;
    member.probe.reset();
    fleet_.ready(program, now());
    say(name(program) + " is ready after " + seconds(now() - fleet_.status(program).since));
  }

  /// The process and its group are gone, or there never was one.
  void finish(std::size_t program, Ending ending) {
    members_[program].probe.reset();
    members_[program].leader_ended.reset();
    const std::string how = to_string(ending);
    const bool tried = ending.trouble.empty();
    const bool early = tried && fleet_.status(program).state == State::Starting &&
                       deployment_.programs[program].ready.kind != Readiness::Kind::Exit;
    fleet_.ended(program, std::move(ending), now());
    const Status& status = fleet_.status(program);
    std::string line = name(program) +
                       (early   ? " ended before it was ready, "
                        : tried ? " ended, "
                                : " ") +
                       how;
    if (status.state == State::Pausing) {
      line += "; it is started again in " + seconds(*status.next_start - now());
    } else if (status.state == State::Failed) {
      line += "; it is not started again. When that is mended: banyan restart " + name(program) +
              ' ' + deployment_.file.string();
    } else if (status.state == State::Done && fleet_.is_waited_for(program)) {
      line +=
          "; others wait for it: banyan restart " + name(program) + ' ' + deployment_.file.string();
    }
    say(line);
  }

  // --- what happens ----------------------------------------------------------------------------

  void wait() {
    std::vector<pollfd> wanted{{signals_.number(), POLLIN, 0}, {wake_.number(), POLLIN, 0}};
    control_.add_to(wanted);
    for (const Output& each : outputs_) wanted.push_back({each.pipe.number(), POLLIN, 0});
    if (console_.has_more()) wanted.push_back({console_.descriptor(), POLLOUT, 0});
    ::poll(wanted.data(), wanted.size(), patience());
    if (console_.has_more() && wanted.back().revents != 0) console_.write_some();
    std::uint64_t woken = 0;
    ::eventfd_read(wake_.number(), &woken);
  }

  /// Milliseconds until something is due that no descriptor tells; -1 is for ever.
  int patience() const {
    std::optional<SteadyTime> until = fleet_.next();
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const bool file = deployment_.programs[i].ready.kind == Readiness::Kind::File &&
                        fleet_.status(i).state == State::Starting;
      if (file || lacks_probe(i) || members_[i].leader_ended) {
        until = until ? std::min(*until, now() + kLookAgain) : now() + kLookAgain;
      }
    }
    if (guard_due_) until = until ? std::min(*until, *guard_due_) : *guard_due_;
    if (!until) return -1;
    // Rounded up, so that what is waited for is due at the end.
    const auto left = std::chrono::ceil<milliseconds>(*until - now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
  }

  void take_output() {
    std::erase_if(outputs_, [this](Output& output) { return drained(output); });
  }

  /// Takes a piece; whether it was the last one.
  bool drained(Output& output) {
    const auto take = [&](std::string_view line) {
      put(output.program, name(output.program), line);
    };
    char piece[16384];
    // A program that writes without end must not keep the others waiting.
    for (int i = 0; i < 16; ++i) {
      const ssize_t got = ::read(output.pipe.number(), piece, sizeof piece);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return false;
      if (got <= 0) {
        output.cutter.finish(take);
        return true;
      }
      output.cutter.feed({piece, static_cast<std::size_t>(got)}, take);
    }
    return false;
  }

  Urgency take_signal() {
    Urgency urgency = Urgency::None;
    signalfd_siginfo signal{};
    while (::read(signals_.number(), &signal, sizeof signal) == sizeof signal) {
      if (signal.ssi_signo == SIGCHLD) continue;  // reap() looks each time
      if (std::exchange(signalled_, true)) return Urgency::AtOnce;
      urgency = Urgency::Stop;
      say("was told to stop by " + to_string(Ending{.signal = static_cast<int>(signal.ssi_signo)}) +
          "; a second one kills what is left");
      fleet_.stop();
    }
    return urgency;
  }

  void reap() {
    int status = 0;
    pid_t process = 0;
    while ((process = ::waitpid(-1, &status, WNOHANG)) > 0) {
      const Ending ending = WIFSIGNALED(status) ? Ending{.signal = WTERMSIG(status)}
                                                : Ending{.code = WEXITSTATUS(status)};
      if (guard_.was(process)) lose_guard(ending);
      for (std::size_t i = 0; i < members_.size(); ++i) {
        if (fleet_.status(i).process != process || members_[i].leader_ended) continue;
        members_[i].leader_ended = ending;
      }
    }
  }

  void lose_guard(const Ending& how) {
    say("its guard has ended, " + to_string(how) +
        "; until there is another one, what programs have started themselves would outlive a "
        "supervisor that is killed");
    guard_due_ = std::max(now(), guard_begun_ + kBetweenGuards);
  }

  /// Another guard, and no end of all programs: these have done nothing, and without a guard they
  /// still die with the supervisor, all but what they have started themselves. No thread runs while
  /// it is forked: probes end, and begin anew at the next look.
  void look_after_guard() {
    if (!guard_due_ || now() < *guard_due_) return;
    guard_begun_ = now();
    for (Member& each : members_) each.probe.reset();
    try {
      const Descriptor lock = lock_.duplicate();
      guard_.begin_again(groups(), lock.number());
      guard_due_.reset();
      guard_trouble_.clear();
      say("has another guard, process " + std::to_string(guard_.process()));
    } catch (const std::system_error& error) {
      guard_due_ = now() + kBetweenGuards;
      const std::string why = error.what();
      if (std::exchange(guard_trouble_, why) != why) {
        say("has no guard: " + why + "; it is tried again and again");
      }
    }
  }

  std::vector<pid_t> groups() const {
    std::vector<pid_t> all;
    for (std::size_t i = 0; i < fleet_.size(); ++i) {
      if (const pid_t group = fleet_.status(i).process; group > 0) all.push_back(group);
    }
    return all;
  }

  /// A program has ended when nothing of its group is left. Of one that ends by itself the rest
  /// is killed, so that a new start does not meet it; of one that is stopped the rest has got its
  /// TERM, and as much time.
  void look_at_groups() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      Member& member = members_[i];
      if (!member.leader_ended) continue;
      const pid_t group = fleet_.status(i).process;
      const bool left = ::kill(-group, 0) == 0;
      if (left && fleet_.status(i).state != State::Stopping && !member.group_killed) {
        member.group_killed = true;
        ::kill(-group, SIGKILL);
      }
      if (left) continue;
      guard_.forget(group);
      take_output();
      // Its file may have come between the last look and the end.
      if (deployment_.programs[i].ready.kind == Readiness::Kind::File) look_for_readiness(i);
      finish(i, std::move(*member.leader_ended));
    }
  }

  // --- the end ---------------------------------------------------------------------------------

  int end() {
    take_output();
    const bool asked = fleet_.stopping();
    say(asked ? "all programs have ended" : "no program runs, and none is to be started again");
    control_.serve();
    console_.finish(milliseconds(1'000));
    return asked || !fleet_.any_failed() ? exit_code::kDone : exit_code::kUnavailable;
  }

  int end_at_once() {
    for (const pid_t each : groups()) ::kill(-each, SIGKILL);
    say("was told a second time, and has killed what was left");
    console_.finish(milliseconds(200));
    return exit_code::kFault;
  }

  const Deployment& deployment_;
  const Clock& clock_;
  http::InstanceLock lock_;
  Guard guard_;  ///< after the lock, which it holds too; before all that has threads
  LinePainter painter_;
  Console console_;
  Descriptor wake_;
  Descriptor signals_;
  ControlServer control_;
  Fleet fleet_;
  Questions questions_;
  std::vector<Member> members_;
  std::vector<LogFile> logs_;  ///< of the programs, and then its own
  std::list<Output> outputs_;
  std::optional<SteadyTime> guard_due_;  ///< another one
  SteadyTime guard_begun_{};
  std::string guard_trouble_;  ///< that was told
  bool log_trouble_ = false;
  bool signalled_ = false;
};

}  // namespace

int supervise(const Deployment& deployment, const SupervisorOptions& options) {
  return Supervisor(deployment, options).run();
}

}  // namespace banyan::supervision
