// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "banyan/mover/move.hpp"
#include "raw_database.hpp"

namespace banyan::mover::testing {

/// A shared database in which `warehouse` is ready to leave, and has about every feature that can
/// go wrong on the way: WITHOUT ROWID, generated columns, AUTOINCREMENT, NOCASE and mixed-type
/// keys, partial and expression indexes, a CHECK, a foreign key inside the module, a trigger, a
/// view, and values that careless copying changes.
void make_shop(const std::filesystem::path& file, int rows = 40);

Ownership shop_ownership();
MoveRequest warehouse_request(const std::filesystem::path& shared);

/// The warehouse's tables, exactly. Printed as rows and hash of each table, for a failure to say
/// which one differs.
struct Content {
  std::map<std::string, std::vector<std::string>> tables;
  friend bool operator==(const Content&, const Content&) = default;
  friend void PrintTo(const Content& content, std::ostream* out);
};
Content warehouse_content(const std::filesystem::path& file);

/// Of the first module that could not be put right; an empty Error when there is none.
inline Error failure_of(const Result<std::vector<Recovery>>& recoveries) {
  if (!recoveries) return recoveries.error();
  for (const Recovery& each : *recoveries) {
    if (each.failure) return *each.failure;
  }
  return {};
}

/// What must hold whenever no mover is running: one side authoritative, and only that one open.
/// Returns the authoritative file.
std::filesystem::path expect_single_authority(const std::filesystem::path& shared);

}  // namespace banyan::mover::testing
