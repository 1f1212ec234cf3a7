// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/mover/report.hpp"
#include "catalogue.hpp"

namespace banyan::mover {

inline constexpr std::string_view kShared = "shared";
inline constexpr std::string_view kUnowned = "unowned";
inline constexpr std::string_view kKit = "kit";

/// Answers whose a table is.
class Owners {
 public:
  /// Refuses a manifest that contradicts itself; every problem is in the details.
  static Result<Owners> from(const Ownership& ownership);

  /// A module, or one of the three words above.
  std::string_view owner_of(std::string_view table) const;
  bool lists(std::string_view table) const;
  /// The module's tables as in the manifest; empty when it does not know the module.
  std::vector<std::string> tables_of_module(std::string_view module) const;
  /// Views that nobody lists belong to the module whose tables alone they show.
  void adopt_views(const Connection& database);
  /// The tables that full text search and the like keep beside a virtual table.
  void adopt_shadow_tables(const std::vector<Table>& tables);

 private:
  std::map<std::string, std::string, std::less<>> owner_by_name_;
  std::map<std::string, std::vector<std::string>, std::less<>> tables_by_module_;
};

}  // namespace banyan::mover
