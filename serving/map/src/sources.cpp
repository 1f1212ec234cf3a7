// SPDX-License-Identifier: Apache-2.0
#include "banyan/map/sources.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <sstream>

#include "banyan/json/codec.hpp"
#include "banyan/kernel/whole_file.hpp"

namespace banyan::map {

BOOST_DESCRIBE_STRUCT(Sources, (), (modules, baseline))

namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) { return whole_file(file).value_or(""); }

/// The first paragraph behind the heading, as one line.
std::string first_paragraph(const std::string& markdown) {
  std::istringstream lines(markdown);
  std::string line;
  std::string text;
  while (std::getline(lines, line)) {
    if (line.starts_with('#') || line.starts_with("<!--")) continue;
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      if (!text.empty()) break;
      continue;
    }
    text += (text.empty() ? "" : " ") + line;
  }
  // A page may begin with a table or a list, which is no sentence.
  return text.starts_with('|') || text.starts_with("* ") || text.starts_with("- ") ? "" : text;
}

/// get_track -> GetTrack
std::string type_name(std::string_view operation) {
  std::string out;
  bool begin = true;
  for (const char each : operation) {
    if (each == '_') {
      begin = true;
      continue;
    }
    const bool lower = each >= 'a' && each <= 'z';
    out += begin && lower ? static_cast<char>(each - 'a' + 'A') : each;
    begin = false;
  }
  return out;
}

bool is_word(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
         (each >= '0' && each <= '9') || each == '_';
}

/// Whether the name stands there as a whole.
bool names(const std::string& code, const std::string& name) {
  for (std::size_t at = 0; (at = code.find(name, at)) != std::string::npos; at += name.size()) {
    const bool begins = at == 0 || !is_word(code[at - 1]);
    const std::size_t behind = at + name.size();
    if (begins && (behind == code.size() || !is_word(code[behind]))) return true;
  }
  return false;
}

std::string code_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code nothing_there;
  for (const auto& each : fs::recursive_directory_iterator(folder, nothing_there)) {
    const fs::path extension = each.path().extension();
    if (each.is_regular_file() && (extension == ".cpp" || extension == ".hpp")) {
      files.push_back(each.path());
    }
  }
  std::string code;
  for (const fs::path& each : files) code += content_of(each) + '\n';
  return code;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// "modules/orders/src/…" and "migrations/orders/…" -> "orders".
std::string module_of(const std::string& file) {
  const std::size_t begin = file.find('/') + 1;
  return file.substr(begin, file.find('/', begin) - begin);
}

void add_violation(ModuleInfo& module, const std::string& table, const std::string& reason,
                   const std::string& place) {
  auto found = std::ranges::find(module.violations, table, &ViolationInfo::table);
  if (found == module.violations.end()) {
    module.violations.push_back({.table = table, .reason = reason});
    found = std::prev(module.violations.end());
  }
  found->places.push_back(place);
}

/// Lines of `rule | file | what it reaches for   # why`, of which those about tables count here.
void add_baseline(Description& description, const fs::path& file) {
  std::istringstream lines(content_of(file));
  std::string line;
  while (std::getline(lines, line)) {
    const std::size_t why = line.find('#');
    std::istringstream parts(line.substr(0, why));
    std::string rule;
    std::string place;
    std::string table;
    std::getline(std::getline(std::getline(parts, rule, '|'), place, '|'), table, '|');
    if (trimmed(rule) != "sql-foreign-table") continue;
    place = trimmed(place);
    const auto module = std::ranges::find(description.modules, module_of(place), &ModuleInfo::name);
    if (module == description.modules.end()) continue;
    add_violation(*module, trimmed(table),
                  why == std::string::npos ? "" : trimmed(line.substr(why + 1)), place);
  }
}

void add_callers(Description& description, const ModuleInfo& caller, const std::string& code) {
  for (ModuleInfo& module : description.modules) {
    if (std::ranges::find(caller.needs, module.name) == caller.needs.end()) continue;
    for (OperationInfo& operation : module.operations) {
      if (names(code, module.name + "::" + type_name(operation.name))) {
        operation.callers.push_back(caller.name);
      }
    }
  }
}

}  // namespace

Result<Sources> read_sources(const fs::path& file) {
  if (!fs::is_regular_file(file)) {
    return fail(ErrorCode::NotFound, "banyan.no_sources", "there is no file " + file.string());
  }
  auto sources = json::decode<Sources>(content_of(file), json::Reading::Tolerant);
  if (!sources) return sources;
  const auto from_here = [&](std::string& path) {
    if (!path.empty()) path = (file.parent_path() / path).string();
  };
  for (auto& [name, folder] : sources->modules) from_here(folder);
  from_here(sources->baseline);
  return sources;
}

void add_sources(Description& description, const Sources& sources) {
  for (ModuleInfo& module : description.modules) {
    const auto found = sources.modules.find(module.name);
    if (found == sources.modules.end()) continue;
    module.purpose = first_paragraph(content_of(fs::path(found->second) / "README.md"));
  }
  if (!sources.baseline.empty()) add_baseline(description, sources.baseline);
  const std::vector<ModuleInfo> callers = description.modules;
  for (const ModuleInfo& caller : callers) {
    const auto found = sources.modules.find(caller.name);
    if (found == sources.modules.end() || caller.needs.empty()) continue;
    add_callers(description, caller, code_below(fs::path(found->second) / "src"));
  }
}

}  // namespace banyan::map
