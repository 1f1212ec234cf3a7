// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/retirement/judgement.hpp"
#include "commands.hpp"

/// What the judgement of `banyan retire` goes by: process, access logs and manifest → Findings.
namespace banyan::cli::retiring {

/// What goes when the old side goes.
struct Deletion {
  std::string kind;  ///< "code", "routes", "tables"
  std::string what;
};

/// What the process told, and what follows from it.
struct Findings {
  retirement::Facts facts;
  bool foreign = false;  ///< a proxy in front of an application that is none of the kit's
  bool has_old_side = true;
  std::uint64_t revision = 0;       ///< of the rollout, when it was looked at
  std::vector<std::string> places;  ///< "GET /albums/{id}", of the operations
  std::vector<Deletion> deletions;
  std::vector<std::string> not_judged;
  std::string next;
};

/// Asks the process (never a control store), and reads the files that the options name.
Result<Findings> find_out(const ControlTarget& target, const RetireOptions& options);

}  // namespace banyan::cli::retiring
