// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <functional>

#include "banyan/test/temporary_folder.hpp"
#include "story.hpp"

namespace {

std::atomic<pid_t> teller = 0;

void stop_the_teller(int /*signal*/) { ::kill(teller, SIGTERM); }

// The story in a process of its own: however that ends, Ctrl-C too, this one lives on to take the
// temporary folder away. Its programs die with it.
int in_a_child(const std::function<int()>& tell) {
  const pid_t parent = ::getpid();
  teller = ::fork();
  if (teller < 0) return tell();
  if (teller == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::_exit(::getppid() == parent ? tell() : EXIT_FAILURE);
  }
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, stop_the_teller);
  int status = 0;
  while (::waitpid(teller, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
  journey::StoryOptions options;
  options.bin = std::filesystem::canonical("/proc/self/exe").parent_path();
  double seconds = 3;
  std::string keep;
  CLI::App app{
      "The whole journey of a decomposition, by itself, under load: one binary, a module"
      " extracted, traffic moved, schema separated, and back."};
  app.add_option("--data", options.data, "A Chinook database to use as the shop's data")
      ->check(CLI::ExistingFile);
  app.add_option("--postgres", options.postgres,
                 "postgresql://… of an empty database for the shop, instead of a SQLite file");
  app.add_option("--pace", seconds, "Seconds for which each stand is looked at under load")
      ->check(CLI::Range(0.2, 600.0))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "People who come in a second")
      ->check(CLI::Range(1.0, 1'000.0))
      ->capture_default_str();
  app.add_option("--keep", keep,
                 "A folder for data and logs, kept afterwards; else a temporary one");
  app.add_option("--bin", options.bin, "The folder with the built programs")
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  options.pace = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));

  const banyan::test::TemporaryFolder temporary;
  // Where the programs keep the locks of their addresses: those that are killed leave theirs.
  ::setenv("XDG_RUNTIME_DIR", temporary.path().c_str(), 1);
  options.folder = keep.empty() ? temporary.path() : std::filesystem::path(keep);
  return in_a_child([&] {
    journey::Narrator narrator(::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr);
    try {
      std::filesystem::create_directories(options.folder);
      narrator.say("What the words mean: docs/glossary.md.");
      narrator.say(
          "Commands are as you can paste them in another terminal, in the folder you are in "
          "now, as long as this runs (--pace 60 leaves time). First this one:");
      narrator.command({"export", "XDG_RUNTIME_DIR=" + temporary.path().string()},
                       "where the programs find each other");
      journey::tell(options, narrator);
      return EXIT_SUCCESS;
    } catch (const std::exception& broken) {
      fmt::print(stderr, "\nThe journey broke off: {}\n", broken.what());
      return EXIT_FAILURE;
    }
  });
}
