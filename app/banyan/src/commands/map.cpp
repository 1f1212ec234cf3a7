// SPDX-License-Identifier: Apache-2.0
#include <expected>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/map/pages.hpp"
#include "banyan/map/sources.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

namespace fs = std::filesystem;
using Pages = std::map<std::string, std::string>;

std::string content_of(const fs::path& file) { return whole_file(file).value_or(""); }

Result<map::Description> gather(const MapOptions& options) {
  if (options.description != "-" && !fs::is_regular_file(options.description)) {
    return fail(ErrorCode::NotFound, "banyan.no_description",
                "there is no file " + options.description + "; make one: PROGRAM --describe > " +
                    options.description);
  }
  auto description = map::description_from_json(
      options.description == "-" ? standard_input() : content_of(fs::path(options.description)));
  if (!description) {
    Error error = std::move(description.error());
    error.message =
        options.description + " is not what a program says to --describe: " + error.message;
    return fail(std::move(error));
  }
  if (!options.sources.empty()) {
    const auto sources = map::read_sources(options.sources);
    if (!sources) return fail(sources.error());
    map::add_sources(*description, *sources);
  }
  return description;
}

/// Pages in the folder that would not be made any more, such as that of a module that has gone.
std::set<std::string> left_over(const fs::path& folder, const Pages& pages) {
  std::set<std::string> names;
  std::error_code nothing_there;
  for (const auto& each : fs::directory_iterator(folder / "modules", nothing_there)) {
    const std::string name = "modules/" + each.path().filename().string();
    if (each.path().extension() == ".md" && !pages.contains(name)) names.insert(name);
  }
  return names;
}

int compare(const fs::path& folder, const Pages& pages, bool json) {
  Error stale{ErrorCode::FailedPrecondition,
              "banyan.stale_map",
              "the map in " + folder.string() + " is stale; make it again without --check",
              {}};
  const auto tell = [&](const std::string& name, const std::string& what) {
    stale.details.push_back({(folder / name).string(), what});
  };
  for (const auto& [name, text] : pages) {
    if (!fs::exists(folder / name)) {
      tell(name, "is missing");
    } else if (content_of(folder / name) != text) {
      tell(name, "is not what the program says");
    }
  }
  for (const std::string& name : left_over(folder, pages))
    tell(name, "is of a module that is not there");
  if (stale.details.empty()) return kDone;
  print_error(stale, json);
  return kRefused;
}

void write(const fs::path& folder, const Pages& pages) {
  for (const auto& [name, text] : pages) {
    const fs::path file = folder / name;
    fs::create_directories(file.parent_path());
    // Those that are right keep their time.
    if (fs::exists(file) && content_of(file) == text) continue;
    std::ofstream stream(file, std::ios::binary);
    stream << text;
    if (!stream.flush()) {
      throw std::runtime_error(
          "cannot write " + file.string() +
          "; name a folder that you may write to, with room in it: --into FOLDER");
    }
    print_line("written: " + file.string());
  }
  for (const std::string& name : left_over(folder, pages)) {
    fs::remove(folder / name);
    print_line("removed: " + (folder / name).string());
  }
}

}  // namespace

int draw_map(const MapOptions& options) {
  const auto description = gather(options);
  if (!description) {
    print_error(description.error(), options.json);
    return description.error().code == ErrorCode::NotFound ? kUnavailable : kBadData;
  }
  const Pages pages = map::pages(*description);
  if (options.check) return compare(options.output, pages, options.json);
  write(options.output, pages);
  return kDone;
}

}  // namespace banyan::cli
