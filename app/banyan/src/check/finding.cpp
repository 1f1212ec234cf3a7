// SPDX-License-Identifier: Apache-2.0
#include "check/finding.hpp"

#include <utility>

namespace banyan::cli::check {

std::string_view to_string(Weight weight) {
  switch (weight) {
    case Weight::Problem: return "problem";
    case Weight::Warning: return "warning";
    case Weight::Note: break;
  }
  return "note";
}

void add(std::vector<Finding>& found, Weight weight, std::string_view rule,
         strangler::FileLocation location, std::string message) {
  found.push_back({weight, "check." + std::string(rule), location, std::move(message)});
}

}  // namespace banyan::cli::check
