// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>

#include "story.hpp"
#include "support/temporary_folder.hpp"

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
  app.add_option("--pace", seconds, "Seconds for which each stand is looked at under load")
      ->check(CLI::Range(0.2, 600.0))
      ->capture_default_str();
  app.add_option("--keep", keep,
                 "A folder for data and logs, kept afterwards; else a temporary one");
  app.add_option("--bin", options.bin, "The folder with the built programs")
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  options.pace = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));

  journey::Narrator narrator(::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr);
  const banyan::test::TemporaryFolder temporary;
  options.folder = keep.empty() ? temporary.path() : std::filesystem::path(keep);
  try {
    std::filesystem::create_directories(options.folder);
    journey::tell(options, narrator);
    return EXIT_SUCCESS;
  } catch (const std::exception& broken) {
    fmt::print(stderr, "\nThe journey broke off: {}\n", broken.what());
    return EXIT_FAILURE;
  }
}
