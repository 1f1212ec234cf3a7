// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/supervision/deployment.hpp"

namespace banyan::supervision {

/// Where a program stands.
enum class State : std::uint8_t {
  Waiting,   ///< for what it needs
  Starting,  ///< runs, and is not ready yet
  Ready,
  Pausing,   ///< has failed, and is started again after a pause
  Stopping,  ///< was sent TERM
  Done,      ///< has ended with 0, after it was ready; what needs it finds it only where that is
             ///< what it was for (`ready = "exit"`), or where nobody has said when it is ready
  Failed,    ///< has ended, and is not started again
  Stopped,   ///< by us
};
std::string_view to_string(State state);

/// How a program ended.
struct Ending {
  int code = 0;         ///< exit code; of no meaning when one of the others is set
  int signal = 0;       ///< what killed it; 0: none
  std::string trouble;  ///< why it could not be started at all; "": it was
  bool good() const { return code == 0 && signal == 0 && trouble.empty(); }
};
/// "code 1", "signal 9 (SIGKILL)", "cannot be started: …".
std::string to_string(const Ending& ending);

/// What is known of a program.
struct Status {
  State state = State::Waiting;
  pid_t process = 0;           ///< 0 while none runs
  SteadyTime since{};          ///< start of the process that runs
  std::uint32_t restarts = 0;  ///< after failures, or because somebody asked
  std::optional<Ending> last_end;
  std::optional<SteadyTime> next_start;  ///< while Pausing
};

/// What is to be done now.
struct Action {
  enum class What : std::uint8_t { Start, Terminate, Kill };
  What what = What::Start;
  std::size_t program = 0;
  friend bool operator==(const Action&, const Action&) = default;
};

/// What a supervisor decides, without a process, a clock or a signal: it is told what has happened
/// and when, and says what to do. The deployment must outlive it. Not for concurrent use.
class Fleet {
 public:
  explicit Fleet(const Deployment& deployment);

  /// What has come due, each once. Whoever acts on a Start calls started() or ended() right after.
  std::vector<Action> due(SteadyTime now);
  /// When due() may have more, if nothing else happens.
  std::optional<SteadyTime> next() const;

  void started(std::size_t program, pid_t process, SteadyTime now);
  void ready(std::size_t program, SteadyTime now);
  void ended(std::size_t program, Ending ending, SteadyTime now);

  /// Everything is stopped: those first that nobody needs.
  void stop();
  /// A program is stopped, unless it does not run, and started at once. What needs it goes on.
  void restart(std::size_t program, SteadyTime now);

  bool stopping() const { return stopping_; }
  /// No program runs, and none will.
  bool over() const;
  /// At least one that is not started again, or never was: what it needs is not there.
  bool any_failed() const;
  /// Others wait for it, and it has ended (or not begun) without being what they wait for.
  bool is_waited_for(std::size_t program) const;
  const Status& status(std::size_t program) const { return members_[program].status; }
  std::size_t size() const { return members_.size(); }

 private:
  enum class Because : std::uint8_t { None, Stop, Restart, NotReady };
  struct Member {
    Status status;
    Because because = Because::None;      ///< why it is Stopping
    bool told = false;                    ///< Terminate was said
    std::optional<SteadyTime> kill_at{};  ///< while Stopping
    SteadyTime ready_since{};
    bool was_ready = false;  ///< since it was started
    unsigned failures = 0;   ///< in a row
  };
  bool runs(const Member& member) const;
  bool has_what_it_needs(std::size_t program) const;
  bool is_there(std::size_t program) const;
  bool may_be_there(std::size_t program) const;
  bool may_start(std::size_t program) const;
  bool needed_by_a_running_one(std::size_t program) const;
  void fail(std::size_t program, SteadyTime now);

  const Deployment& deployment_;
  std::vector<Member> members_;
  bool stopping_ = false;
};

}  // namespace banyan::supervision
