// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/sql/database.hpp"

namespace banyan::sql {

/// What one module may touch. Never changes once it is there.
struct Rights {
  std::string module;
  std::set<std::string, std::less<>> tables;  ///< owned, in lower case
  std::set<std::string, std::less<>> violations;
};

/// Which module owns which table, and what is done about those that reach over. Safe for
/// concurrent use; asked only when a statement is prepared.
class Ownership {
 public:
  /// The kit's own statements (transactions, fence, gate) are not checked.
  static constexpr std::size_t kKit = 0;

  explicit Ownership(const Options& options);

  /// The module's number. Throws Fault{Misuse}, see Database::module().
  std::size_t add(const std::string& module, const std::vector<std::string>& tables,
                  const std::vector<BoundaryViolation>& violations);

  const Rights& rights(std::size_t module) const;
  std::vector<std::string> modules() const;  ///< without the kit
  /// What it may touch, and not only because the baseline lets it.
  bool owns(std::size_t module, std::string_view table) const;
  bool may_touch(std::size_t module, std::string_view table) const;

  /// Remembers that the module runs this statement, now, and whether it touches what is not the
  /// module's own.
  void note(std::size_t module, std::string_view sql, bool crosses = false);
  std::vector<ModuleStatement> statements() const;

  Guarding guarding() const { return guarding_; }
  /// Tells of a violation the first time that it is seen.
  void report(const Violation& violation);

 private:
  bool is_shadow_of_own(const Rights& mine, const std::string& name) const;

  const Guarding guarding_;
  const std::function<void(const Violation&)> on_violation_;
  const Clock* const clock_;
  mutable std::shared_mutex mutex_;
  std::deque<Rights> modules_;
  std::set<std::string> reported_;
  struct Noted {
    std::string sql;
    Timestamp last_run;
    bool crosses;
  };
  std::map<std::pair<std::size_t, std::string>, Noted> statements_;  ///< by module and shape
};

}  // namespace banyan::sql
