// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "banyan/stages/suggestion.hpp"
#include "banyan/supervision/console.hpp"
#include "banyan/supervision/deployment.hpp"
#include "banyan/supervision/log_files.hpp"
#include "commands.hpp"
#include "deployment_file.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using supervision::LogLine;

/// The programs of the file, and others that have a log there: the file may have changed since.
std::vector<std::string> programs_of(const std::string& file, const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    if (entry.path().extension() == ".log") names.push_back(entry.path().stem().string());
  }
  if (names.empty()) return names;
  const auto deployment = supervision::read_deployment(file, supervision::process_environment());
  if (deployment) {
    for (const supervision::Program& each : deployment->programs) names.push_back(each.name);
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

class Printer {
 public:
  Printer(const DeploymentOptions& options, const std::vector<std::string>& names)
      : json_(options.json),
        plain_(!options.program.empty()),
        painter_(names, supervision::colours_wanted(), ::isatty(STDOUT_FILENO) == 1) {}

  /// Whether somebody still reads.
  bool print(const std::vector<LogLine>& lines) {
    for (const LogLine& each : lines) {
      if (json_) {
        const Json json = {{"time", each.time}, {"program", each.program}, {"text", each.text}};
        std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
      } else if (plain_ && ::isatty(STDOUT_FILENO) != 1) {
        std::cout << each.text << '\n';  // as it was written, for whoever takes it apart
      } else {
        std::cout << painter_.paint(each.program, each.text);
      }
    }
    return static_cast<bool>(std::cout.flush());
  }

 private:
  bool json_;
  bool plain_;
  supervision::LinePainter painter_;
};

}  // namespace

int logs(const DeploymentOptions& options) {
  const fs::path folder = state_of(options);
  std::vector<std::string> names = programs_of(options.file, folder);
  if (names.empty()) {
    return refuse(options, {ErrorCode::Unavailable,
                            "supervision.no_logs",
                            "there are no logs in " + folder.string() + "; `banyan up " +
                                options.file + "` writes them",
                            {}});
  }
  const std::vector<std::string> all = names;
  if (!options.program.empty()) {
    if (std::ranges::find(names, options.program) == names.end()) {
      return refuse(
          options, {ErrorCode::NotFound,
                    "supervision.unknown_program",
                    "no program \"" + options.program + "\" has a log in " + folder.string() + '.' +
                        strangler::suggestion(options.program, names),
                    {}});
    }
    names = {options.program};
  }
  Printer printer(options, all);
  supervision::LogReader reader(folder, names);
  bool read = printer.print(reader.last(options.lines));
  while (options.follow && read) {
    // Ctrl-C is the way out; a reader of a pipe who goes is noticed as well.
    pollfd reader_gone{STDOUT_FILENO, 0, 0};
    if (::poll(&reader_gone, 1, 100) == 1 && (reader_gone.revents & POLLERR) != 0) break;
    read = printer.print(reader.more());
  }
  return kDone;
}

}  // namespace banyan::cli
