// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <system_error>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/migrations/runner.hpp"
#include "script_rules.hpp"

namespace banyan::migrations {
namespace {

std::string text_of(const std::string& module, const std::filesystem::path& file) {
  auto text = whole_file(file);
  if (!text || !std::filesystem::is_regular_file(file)) {
    throw MigrationFault(
        {{module, file.string(), std::nullopt, "cannot read the file; check its rights"}});
  }
  return *std::move(text);
}

}  // namespace

ScriptFolder::ScriptFolder(std::string module, const std::filesystem::path& folder) {
  scripts_.module = std::move(module);
  const auto add = [this](const std::filesystem::path& from, const std::string& prefix) {
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
      if (entry.path().extension() != ".sql") continue;
      texts_.emplace(prefix + entry.path().filename().string(),
                     text_of(scripts_.module, entry.path()));
    }
  };
  try {
    add(folder, "");
    if (std::filesystem::is_directory(folder / "separation")) {
      add(folder / "separation", std::string(kSeparationFolder));
    }
  } catch (const std::filesystem::filesystem_error& error) {
    throw MigrationFault({{scripts_.module, folder.string(), std::nullopt,
                           "cannot read the folder: " + error.code().message()}});
  }
  for (const auto& [name, text] : texts_) {
    if (is_variant(name) && texts_.contains(base_of(name))) continue;
    const auto variant = texts_.find(variant_of(name));
    Script script{name, text};
    if (variant != texts_.end()) script.postgresql = variant->second;
    scripts_.scripts.push_back(script);
  }
}

}  // namespace banyan::migrations
