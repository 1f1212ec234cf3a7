// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "commands.hpp"
#include "exit_code.hpp"
#include "scaffold/kit.hpp"
#include "scaffold/module_words.hpp"
#include "scaffold/write.hpp"
#include "terminal.hpp"

namespace banyan::cli {

int new_app(const NewOptions& options) {
  const auto kit = scaffold::find_kit(options.kit);
  if (!kit) {
    print_error(kit.error(), options.json);
    return kRefused;
  }
  scaffold::Words words = scaffold::module_words(options.module, {});
  words["app"] = options.name;
  words["App"] = scaffold::type_name(options.name);
  words["version"] = BANYAN_VERSION;
  words["prefix_path"] = scaffold::prefix_path_line(*kit);
  std::vector<scaffold::NewFile> files = scaffold::files_of("app", words);
  for (scaffold::NewFile& each : scaffold::files_of("module", words)) {
    files.push_back(std::move(each));
  }
  const std::filesystem::path folder = std::filesystem::path(options.in) / options.name;
  if (const auto written = scaffold::write_all(folder, files, {""}, {}); !written) {
    print_error(written.error(), options.json);
    return kRefused;
  }
  if (options.json) {
    scaffold::print_written(folder, files);
    return kDone;
  }
  print_line("made " + folder.string() + " with the module " + options.module + ": " +
             std::to_string(files.size()) + " files");
  print_line("next:  cd " + folder.string());
  print_line("       cmake --preset release && cmake --build --preset release");
  print_line("       build/release/bin/" + options.name + "     http://127.0.0.1:8080/_banyan/");
  print_line("then edit modules/" + options.module + "/include/" + options.module +
             "/port.hpp: what others may ask. README.md shows the way.");
  return kDone;
}

}  // namespace banyan::cli
