// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/result.hpp"

namespace pages {

/// A page as the wiki keeps it.
struct StoredPage {
  std::string bytes;
  std::int64_t saved_at = 0;  ///< in seconds since 1970
  friend bool operator==(const StoredPage&, const StoredPage&) = default;
};

/// What the wiki says of who may read some of its pages.
struct AccessRule {
  std::string scope;           ///< a page ("desk:prices"), a namespace ("desk:*"), or all ("*")
  bool for_everybody = false;  ///< else for some user or group
  bool may_read = false;
  bool scope_is_theirs = false;  ///< the scope is made of the name or group of whoever asks
  friend bool operator==(const AccessRule&, const AccessRule&) = default;
};

/// The wiki that the pages are in: an outside party, in the module's words. It goes on being
/// written while it is asked, so nothing of it is kept. Blocks; safe for concurrent use.
///
/// Unavailable "pages.wiki_unreadable" means that there is no answer: not that there is no page.
class Wiki {
 public:
  virtual ~Wiki() = default;

  /// Nothing where there is no such page, and for what is no name of one.
  virtual banyan::Result<std::optional<StoredPage>> find(const std::string& name) = 0;

  /// All of them, in any order.
  virtual banyan::Result<std::vector<AccessRule>> access_rules() = 0;
};

}  // namespace pages
