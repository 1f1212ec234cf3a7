// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace banyan::host {
namespace {

// Levenshtein distance.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

std::string nearest(std::string_view text, const std::vector<std::string>& names) {
  std::string best;
  std::size_t best_distance = text.size() / 2 + 1;
  for (const std::string& name : names) {
    const std::size_t away = distance(text, name);
    if (away < best_distance) {
      best = name;
      best_distance = away;
    }
  }
  return best;
}

std::vector<std::string> problems_of(const Options& options,
                                     const std::vector<ModuleEntry>& table) {
  std::vector<std::string> problems;
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const ModuleEntry& entry : table) names.emplace_back(entry.port->name);

  const auto find = [&](const std::string& name, const std::string& flag) -> const ModuleEntry* {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return &table[static_cast<std::size_t>(found - names.begin())];
    const std::string meant = nearest(name, names);
    problems.push_back(flag + ": there is no module '" + name + "'" +
                       (meant.empty() ? "." : "; did you mean '" + meant + "'?") +
                       " This application has: " + joined(names) + ".");
    return nullptr;
  };

  std::set<std::string> here;
  for (const ModuleEntry& entry : table) {
    if (options.modules.empty() && entry.linkage != Linkage::Extracted) {
      here.emplace(entry.port->name);
    }
  }
  for (const std::string& name : options.modules) {
    const ModuleEntry* entry = find(name, "--modules");
    if (entry == nullptr) continue;
    if (entry->linkage == Linkage::Extracted) {
      problems.push_back("--modules: " + name +
                         " is not linked into this program (it was built with BANYAN_EXTRACT)."
                         " Start its service, or a build without the flag.");
    } else {
      here.insert(name);
    }
  }
  for (const std::string& name : options.rehearse) {
    if (find(name, "--rehearse") != nullptr && !here.contains(name)) {
      problems.push_back(
          "--rehearse: " + name +
          " does not run in this process, so every call crosses a real wire already.");
    }
  }
  for (const auto& [name, endpoint] : options.at) {
    const ModuleEntry* entry = find(name, "--at");
    if (entry == nullptr) continue;
    if (here.contains(name) && entry->linkage != Linkage::Routed) {
      problems.push_back("--at: " + name +
                         " runs in this process, and this build cannot send some of its calls"
                         " elsewhere. Build with -DBANYAN_ROUTED=" +
                         name + ", or leave the module out with --modules.");
    }
  }
  // Who is needed by somebody here must be here or somewhere.
  for (const ModuleEntry& entry : table) {
    if (!here.contains(std::string(entry.port->name))) continue;
    for (const std::string& need : entry.needs) {
      if (!here.contains(need) && !options.at.contains(need)) {
        problems.push_back(std::string(entry.port->name) + " needs " + need +
                           ", which does not run in this process. Say where it runs: --at " + need +
                           "=HOST:PORT");
      }
    }
  }
  if (here.empty()) problems.emplace_back("no module is left for this process to host.");
  return problems;
}

}  // namespace banyan::host
