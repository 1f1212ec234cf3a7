// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pages/wiki.hpp"

namespace pages {

/// A wiki in a map, for tests. Filled before it is asked.
class MemoryWiki final : public Wiki {
 public:
  MemoryWiki(std::map<std::string, StoredPage> pages, std::vector<AccessRule> rules);

  banyan::Result<std::optional<StoredPage>> find(const std::string& name) override;
  banyan::Result<std::vector<AccessRule>> access_rules() override;

 private:
  const std::map<std::string, StoredPage> pages_;
  const std::vector<AccessRule> rules_;
};

}  // namespace pages
