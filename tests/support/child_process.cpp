// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace banyan::test {
namespace {

using std::chrono::milliseconds;

[[noreturn]] void become(std::vector<char*>& words, const char* output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it was gone before we could ask
  const int file = ::open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file >= 0) {
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& words,
                           const std::filesystem::path& output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (id_ == 0) become(arguments, output.c_str(), parent);
}

ChildProcess::~ChildProcess() { kill(); }

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)), ended_(other.ended_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    kill();
    id_ = std::exchange(other.id_, -1);
    ended_ = other.ended_;
  }
  return *this;
}

void ChildProcess::signal(int number) const {
  if (id_ > 0 && !ended_) ::kill(id_, number);
}

std::optional<int> ChildProcess::wait(milliseconds patience) {
  if (id_ <= 0 || ended_) return ended_;
  // A pidfd becomes readable when the process ends.
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
  pollfd watched{handle, POLLIN, 0};
  if (handle >= 0) {
    ::poll(&watched, 1, static_cast<int>(patience.count()));
    ::close(handle);
  }
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) == id_) ended_ = code_of(status);
  return ended_;
}

bool ChildProcess::has_taken(int number) const {
  std::ifstream status("/proc/" + std::to_string(id_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("ShdPnd:")) continue;
    const auto pending = std::stoull(line.substr(line.find(':') + 1), nullptr, 16);
    return (pending >> (number - 1) & 1U) == 0;
  }
  return true;  // it is not there any more
}

int ChildProcess::stop(milliseconds patience) {
  signal(SIGTERM);
  if (!wait(patience)) kill();
  return ended_.value_or(-1);
}

void ChildProcess::kill() {
  if (id_ <= 0 || ended_) return;
  ::kill(id_, SIGKILL);
  int status = 0;
  if (::waitpid(id_, &status, 0) == id_) ended_ = code_of(status);
}

Ran run_program(const std::vector<std::string>& words, milliseconds patience) {
  std::string name = (std::filesystem::temp_directory_path() / "banyan-out-XXXXXX").string();
  const int file = ::mkstemp(name.data());
  if (file < 0) throw std::system_error(errno, std::generic_category(), "mkstemp");
  ::close(file);
  Ran ran;
  {
    ChildProcess child(words, name);
    const auto code = child.wait(patience);
    if (!code) child.kill();
    ran.exit_code = code.value_or(-1);
  }
  ran.output = content(name);
  std::filesystem::remove(name);
  return ran;
}

std::string await_file(const std::filesystem::path& file, ChildProcess& child,
                       milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!std::filesystem::exists(file)) {
    // Waiting for the child's end is the pause between two looks.
    if (child.wait(milliseconds(10)) || std::chrono::steady_clock::now() > deadline) return {};
  }
  return content(file);
}

}  // namespace banyan::test
