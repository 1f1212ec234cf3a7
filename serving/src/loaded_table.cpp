// SPDX-License-Identifier: Apache-2.0
#include "loaded_table.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <map>

#include "banyan/digest/sha256.hpp"

namespace banyan::serving {
namespace {

using strangler::Route;

/// What it says, in one way only: where the file declares it does not count.
std::string canonical(const Route& route) {
  std::string text;
  const auto field = [&text](std::string_view name, std::string_view value) {
    text.append(name).append("=").append(value).append("\n");
  };
  field("methods", route.methods.to_string());
  field("kind", std::to_string(static_cast<int>(route.kind)));
  field("path", route.path);
  field("effect", effect_text(route));
  field("irregular_paths", std::to_string(static_cast<int>(route.irregular_paths)));
  field("ignore_case", route.ignore_case ? "yes" : "no");
  field("ignore_last_slash", route.ignore_last_slash ? "yes" : "no");
  field("rollout", route.rollout);
  field("module", route.module);
  field("operation", route.operation);
  field("legacy", route.legacy);
  field("successor", route.successor);
  field("legacy_strip", route.legacy_path.strip);
  field("legacy_add", route.legacy_path.add);
  field("successor_strip", route.successor_path.strip);
  field("successor_add", route.successor_path.add);
  return text;
}

std::string user_name() {
  std::array<char, 16'384> room{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found);
  return found != nullptr ? std::string(found->pw_name) : std::to_string(::geteuid());
}

std::string host_name() {
  std::array<char, 256> room{};
  const bool known = ::gethostname(room.data(), room.size() - 1) == 0;
  return known ? std::string(room.data()) : std::string("localhost");
}

}  // namespace

std::vector<strangler::TablePart> loaded_table(const RouteSnapshot& routes) {
  std::map<std::string, std::string> texts = routes.configuration().canonical_parts;
  for (const Target& target : routes.targets()) {
    // Pages of this process itself go nowhere else.
    if (target.endpoint == nullptr) texts["route " + target.route.name] += canonical(target.route);
  }
  std::vector<strangler::TablePart> table;
  table.reserve(texts.size());
  for (const auto& [name, text] : texts) table.push_back({name, sha256_hex(text)});
  return table;
}

std::string process_name(std::string_view service) {
  return std::string(service) + " (" + user_name() + '@' + host_name() + ')';
}

}  // namespace banyan::serving
