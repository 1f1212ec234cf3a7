// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/serving/preview.hpp"
#include "check/control_store.hpp"
#include "check/example.hpp"
#include "check/findings.hpp"

namespace banyan::cli::check {

/// All that `banyan check` has to say of a file that could be read.
struct Report {
  const std::string& file;
  const serving::Preview& preview;
  const ControlStoreNow& store;
  const std::vector<Example>& examples;
  const std::vector<Finding>& findings;
};

/// For people, on standard output.
void print(const Report& report);
/// For programs: one JSON object.
std::string to_json(const Report& report);
/// The same for a file that was refused: `starts` is false, and its problems are the findings.
std::string to_json(const std::string& file, const std::vector<strangler::FileProblem>& problems);

}  // namespace banyan::cli::check
