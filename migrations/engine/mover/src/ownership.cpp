// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/ownership.hpp"

#include <algorithm>
#include <cctype>

namespace banyan::mover {
namespace {

// CREATE TABLE [IF NOT EXISTS] name
bool makes(const std::string& sql, const std::string& table) {
  const std::vector<std::string> words = words_of(sql), name = words_of(table);
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i - 1] != "create" || words[i] != "table") continue;
    const std::size_t at = words[i + 1] == "if" ? i + 4 : i + 1;
    if (at < words.size() && words[at] == name.front()) return true;
  }
  return false;
}

std::vector<std::string> made_by_separation(const manifest::ManifestModule& module) {
  std::vector<std::string> made;
  for (const std::string& table : module.tables) {
    const bool there = std::ranges::any_of(module.scripts, [&](const auto& each) {
      return each.name.starts_with("separation/") && makes(each.sql, table);
    });
    if (there) made.push_back(table);
  }
  return made;
}

}  // namespace

Ownership ownership_of(const manifest::Manifest& manifest) {
  Ownership ownership;
  for (const manifest::ManifestModule& each : manifest.modules) {
    ownership.modules.push_back({each.name, each.tables, made_by_separation(each)});
  }
  for (const manifest::ManifestTable& each : manifest.shared_tables) {
    ownership.shared.push_back({each.table, each.users});
  }
  return ownership;
}

std::vector<std::string> words_of(std::string_view sql) {
  std::vector<std::string> words(1);
  for (const char c : sql) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

}  // namespace banyan::mover
