// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace banyan::test {

/// A banyan.toml that must be refused, and all that must be said about it.
struct BadFile {
  const char* name;
  /// What follows a good [proxy] (lines 1 and 2) and [upstreams.old] (3 and 4); the whole file when
  /// it begins with "!".
  std::string text;
  std::string expected;
  friend void PrintTo(const BadFile& bad, std::ostream* out) { *out << bad.name; }
};

/// Bad as a whole, or in [proxy], [limits] or [access_log].
std::vector<BadFile> bad_settings();
/// Bad in [upstreams] or [rollouts].
std::vector<BadFile> bad_sides();
/// Bad in [[routes]].
std::vector<BadFile> bad_routes();

inline std::vector<BadFile> bad_configurations() {
  std::vector<BadFile> all = bad_settings();
  for (const std::vector<BadFile>& part : {bad_sides(), bad_routes()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace banyan::test
