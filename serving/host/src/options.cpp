// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <set>

#include "banyan/http/list.hpp"
#include "banyan/kernel/nearest.hpp"

namespace banyan::host {
namespace {

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
    const std::string_view part = http::trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
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
    const auto meant = nearest(name, names);
    problems.push_back(flag + ": there is no module '" + name + "'" +
                       (meant ? "; did you mean '" + std::string(*meant) + "'?" : ".") +
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
    if (options.modules.size() == 1 && name == kNoModules) break;
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
  if (options.take_over && options.listen && options.listen->port == 0 &&
      !http::is_unix(*options.listen)) {
    problems.emplace_back("--take-over: say where the running process listens, with --port N.");
  }
  if (options.internal_address && options.trust == binding::Trust::Internal) {
    problems.emplace_back(
        "--internal-address: with --internal everything of this process is for other processes of"
        " the application already, where it listens. Leave one of the two.");
  }
  // What was extracted from this build is a part of it all the same: its operations are served
  // here. A service has only its own module's.
  const bool for_all = options.trust == binding::Trust::Edge;
  for (const ModuleEntry& entry : table) {
    if (!for_all) break;
    const std::string name(entry.port->name);
    const bool said = options.at.contains(name) || !options.modules.empty();
    const bool needed = std::ranges::any_of(problems, [&](const std::string& problem) {
      return problem.ends_with("--at " + name + "=HOST:PORT");
    });
    if (entry.linkage != Linkage::Extracted || said || needed) continue;
    problems.push_back(name +
                       " was extracted from this build, and nobody says where it runs: --at " +
                       name + "=HOST:PORT, or --modules with those to host here");
  }
  // An edge may have all of its modules elsewhere; who is called by others has to have something.
  if (here.empty() && problems.empty() && (!for_all || options.at.empty())) {
    problems.emplace_back("no module is left for this process to host" +
                          std::string(for_all ? ", and nobody says where one runs: --at"
                                                " MODULE=HOST:PORT"
                                              : "; a service has at least one."));
  }
  return problems;
}

}  // namespace banyan::host
