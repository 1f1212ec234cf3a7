// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_wiki.hpp"

#include <utility>

namespace pages {

MemoryWiki::MemoryWiki(std::map<std::string, StoredPage> pages, std::vector<AccessRule> rules)
    : pages_(std::move(pages)), rules_(std::move(rules)) {}

banyan::Result<std::optional<StoredPage>> MemoryWiki::find(const std::string& name) {
  const auto found = pages_.find(name);
  if (found == pages_.end()) return std::nullopt;
  return found->second;
}

banyan::Result<std::vector<AccessRule>> MemoryWiki::access_rules() { return rules_; }

}  // namespace pages
