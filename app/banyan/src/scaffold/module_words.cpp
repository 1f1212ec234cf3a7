// SPDX-License-Identifier: Apache-2.0
#include "scaffold/module_words.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "terminal.hpp"

namespace banyan::cli::scaffold {
namespace {

/// Ids of the module begin with it: "not_018f…" of notes.
std::string id_prefix(std::string_view module) {
  constexpr std::size_t kLength = 3;
  std::string prefix;
  for (const char c : module) {
    if (c >= 'a' && c <= 'z' && prefix.size() < kLength) prefix += c;
  }
  return prefix;
}

}  // namespace

Words module_words(const std::string& module, const std::vector<std::string>& needs) {
  std::string path = module;
  std::ranges::replace(path, '_', '-');
  Words words = {{"module", module},     {"Module", type_name(module)},
                 {"path", path},         {"prefix", id_prefix(module)},
                 {"needs_line", ""},     {"needs_text", needs.empty() ? "nobody" : ""},
                 {"needs_includes", ""}, {"needs_members", needs.empty() ? "" : "\n"}};
  for (const std::string& need : needs) {
    words["needs_line"] += ' ' + need;
    words["needs_text"] += (words["needs_text"].empty() ? "" : ", ") + need;
    words["needs_includes"] += "#include \"" + need + "/port.hpp\"\n";
    words["needs_members"] += "  " + need + "::" + type_name(need) + "& " + need + ";\n";
  }
  if (!needs.empty()) words["needs_line"] = "  NEEDS      " + words["needs_line"] + '\n';
  return words;
}

void print_written(const std::filesystem::path& folder, const std::vector<NewFile>& files) {
  nlohmann::ordered_json json = {{"folder", folder.string()}, {"files", nlohmann::json::array()}};
  for (const NewFile& each : files) json["files"].push_back(each.path.string());
  print_json(json);
}

}  // namespace banyan::cli::scaffold
