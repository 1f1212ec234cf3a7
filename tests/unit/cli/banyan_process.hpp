// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace banyan::test {

/// What a run of the program left.
struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// Runs build/<preset>/bin/banyan with these arguments, USER=ann and no terminal, and waits for it.
Outcome run_banyan(const std::vector<std::string>& arguments);

}  // namespace banyan::test
