// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

namespace banyan::supervision {
namespace {

using posix::Descriptor;

struct Pipe {
  Descriptor reading;
  Descriptor writing;
  static std::expected<Pipe, std::string> make() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(std::strerror(errno));
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& each : texts) all.push_back(each.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> environment_of(const Program& program) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable = *each;
    if (!program.environment.contains(std::string(variable.substr(0, variable.find('='))))) {
      all.emplace_back(variable);
    }
  }
  for (const auto& [name, value] : program.environment) all.push_back(name + '=' + value);
  return all;
}

/// All that the child needs, made before the fork: between fork and exec only async-signal-safe
/// calls are allowed, since other threads may have held any lock.
struct Plan {
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> arguments = pointers(words);
  std::vector<char*> environment = pointers(variables);
  const char* directory;
  int input, output, trouble, guard;
  pid_t parent;
};

[[noreturn]] void become(const Plan& plan) {
  const auto give_up = [&plan] {
    const int why = errno;
    [[maybe_unused]] ssize_t told = ::write(plan.trouble, &why, sizeof why);
    // Its number may be somebody else's soon.
    const pid_t gone = -::getpid();
    if (plan.guard >= 0) told = ::write(plan.guard, &gone, sizeof gone);
    ::_exit(127);
  };
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The supervisor may have died before the line above, and nobody would tell.
  if (::getppid() != plan.parent) ::_exit(127);
  if (plan.guard >= 0) {
    const pid_t self = ::getpid();
    [[maybe_unused]] const ssize_t told = ::write(plan.guard, &self, sizeof self);
  }
  if (::dup2(plan.input, STDIN_FILENO) < 0 || ::dup2(plan.output, STDOUT_FILENO) < 0 ||
      ::dup2(plan.output, STDERR_FILENO) < 0 || ::chdir(plan.directory) != 0) {
    give_up();
  }
  // What the supervisor has changed for itself.
  for (const int each : {SIGPIPE, SIGCHLD}) ::signal(each, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvpe(plan.arguments.front(), plan.arguments.data(), plan.environment.data());
  give_up();
  ::_exit(127);
}

}  // namespace

std::expected<Child, std::string> start(const Program& program, int guard) {
  std::error_code failed;
  std::filesystem::create_directories(program.directory, failed);
  if (failed) return std::unexpected(program.directory.string() + ": " + failed.message());
  auto output = Pipe::make();
  auto trouble = Pipe::make();
  const Descriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!output || !trouble || !input.valid()) {
    return std::unexpected("no descriptor for its output: " + std::string(std::strerror(errno)));
  }
  const Plan plan{.words = program.command,
                  .variables = environment_of(program),
                  .directory = program.directory.c_str(),
                  .input = input.number(),
                  .output = output->writing.number(),
                  .trouble = trouble->writing.number(),
                  .guard = guard,
                  .parent = ::getpid()};
  const pid_t process = ::fork();
  if (process < 0) return std::unexpected("no process: " + std::string(std::strerror(errno)));
  if (process == 0) become(plan);
  ::setpgid(process, process);  // whoever is first, so that both can rely on it
  trouble->writing.close();
  int why = 0;
  ssize_t got = 0;
  do {
    got = ::read(trouble->reading.number(), &why, sizeof why);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof why)
    return std::unexpected(program.command.front() + ": " + std::strerror(why));
  ::fcntl(output->reading.number(), F_SETFL, O_NONBLOCK);
  return Child{process, std::move(output->reading)};
}

}  // namespace banyan::supervision
