// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <optional>

#include "banyan/kernel/nearest.hpp"
#include "banyan/kernel/whole_file.hpp"
#include "banyan/stages/suggestion.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "scaffold/cmake_lists.hpp"
#include "scaffold/kit.hpp"
#include "scaffold/module_words.hpp"
#include "scaffold/write.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

namespace fs = std::filesystem;

/// The folder at or above `from` whose CMakeLists.txt uses the kit and has modules.
std::optional<fs::path> application_above(const fs::path& from) {
  for (fs::path folder = fs::absolute(from).lexically_normal();; folder = folder.parent_path()) {
    const auto text = whole_file(folder / "CMakeLists.txt");
    if (text && text->find("Banyan") != std::string::npos &&
        fs::is_regular_file(folder / "modules" / "CMakeLists.txt")) {
      return folder;
    }
    if (folder == folder.parent_path() || folder.empty()) return std::nullopt;
  }
}

std::vector<std::string> modules_of(const fs::path& root) {
  std::vector<std::string> names;
  for (const fs::directory_entry& each : fs::directory_iterator(root / "modules")) {
    if (fs::is_regular_file(each.path() / "CMakeLists.txt")) {
      names.push_back(each.path().filename().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

Result<void> check_needs(const fs::path& root, const NewOptions& options) {
  const std::vector<std::string> known = modules_of(root);
  Error unknown{ErrorCode::NotFound,
                "banyan.unknown_module",
                "--needs names modules that are not in " + (root / "modules").string() + ':',
                {}};
  for (const std::string& need : options.needs) {
    if (std::ranges::find(known, need) == known.end()) {
      unknown.details.push_back({need, "no such module." + strangler::suggestion(need, known)});
    }
  }
  if (!unknown.details.empty()) return fail(std::move(unknown));
  return {};
}

/// The lists in which the module has to stand.
Result<std::vector<scaffold::Change>> listed(const fs::path& root, const std::string& module) {
  std::vector<scaffold::Change> changes;
  for (const char* folder : {"modules", "tests"}) {
    const fs::path file = fs::path(folder) / "CMakeLists.txt";
    if (const auto text = whole_file(root / file)) {
      changes.push_back({file, *text, scaffold::with_subdirectory(*text, module)});
    }
  }
  std::vector<fs::path> lists = {"app/CMakeLists.txt"};
  if (fs::is_directory(root / "app")) {
    for (const fs::directory_entry& each : fs::directory_iterator(root / "app")) {
      if (each.is_directory()) {
        lists.push_back(fs::path("app") / each.path().filename() / "CMakeLists.txt");
      }
    }
  }
  std::vector<scaffold::Change> applications;
  for (const fs::path& file : lists) {
    const auto text = whole_file(root / file);
    if (!text) continue;
    if (auto changed = scaffold::with_hosted_module(*text, module)) {
      applications.push_back({file, *text, *std::move(changed)});
    }
  }
  if (applications.size() != 1) {
    return fail(
        ErrorCode::FailedPrecondition, "banyan.no_application",
        "nothing was written: there has to be one file below " + (root / "app").string() +
            " with one banyan_add_app(… MODULES …), to which the module is added, and there "
            "are " +
            std::to_string(applications.size()));
  }
  changes.push_back(std::move(applications.front()));
  return changes;
}

Result<std::vector<scaffold::NewFile>> make(const NewOptions& options, const fs::path& root) {
  if (auto checked = check_needs(root, options); !checked) return fail(checked.error());
  auto changes = listed(root, options.name);
  if (!changes) return fail(changes.error());
  std::vector<scaffold::NewFile> files =
      scaffold::files_of("module", scaffold::module_words(options.name, options.needs));
  const std::vector<fs::path> tops = {fs::path("modules") / options.name,
                                      fs::path("migrations") / options.name,
                                      fs::path("tests") / options.name};
  if (auto written = scaffold::write_all(root, files, tops, *changes); !written) {
    return fail(written.error());
  }
  for (const scaffold::Change& each : *changes) files.push_back({each.path, each.after});
  return files;
}

}  // namespace

int new_module(const NewOptions& options) {
  const auto root = application_above(options.in);
  if (!root) {
    print_error(
        {ErrorCode::FailedPrecondition,
         "banyan.no_application",
         "there is no application of Banyan at or above " +
             fs::absolute(options.in).lexically_normal().string() +
             " (a CMakeLists.txt with find_package(Banyan) and a folder modules/). Go there, "
             "say --in FOLDER, or make one: banyan new app NAME",
         {}},
        options.json);
    return kRefused;
  }
  const auto files = make(options, *root);
  if (!files) {
    print_error(files.error(), options.json);
    return kRefused;
  }
  if (options.json) {
    scaffold::print_written(*root, *files);
    return kDone;
  }
  print_line("made modules/" + options.name + ", migrations/" + options.name + " and tests/" +
             options.name + ", and listed them in:");
  for (const scaffold::NewFile& each : *files) {
    if (each.path.filename() == "CMakeLists.txt" &&
        each.path.string().find(options.name) == std::string::npos) {
      print_line("  " + each.path.string());
    }
  }
  print_line("next: edit modules/" + options.name + "/include/" + options.name +
             "/port.hpp: what others may ask;");
  print_line("      src/domain its rules, src/application its use cases, migrations/" +
             options.name + " its tables;");
  print_line("      cmake --build --preset dev && ctest --preset dev");
  return kDone;
}

}  // namespace banyan::cli
