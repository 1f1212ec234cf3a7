// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/comparison/collector.hpp"

namespace banyan::strangler {

/// What is kept of requests, and what is not.
struct KeepingRules {
  bool clear;              ///< personal data as it is; credentials never
  std::size_t body_bytes;  ///< what is longer is cut
  const ComparisonPlan& plan;
  const CredentialFields& credentials;
};

/// Names of fields are kept so.
std::string in_lower_case(std::string_view name);
inline bool is_among(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// A body as an example shows it; `cut` becomes true when something is missing at its end.
std::string shown_body(std::string_view body, const OperationRules& rules, const KeepingRules& by,
                       bool& cut);

/// Line, fields and body of `request`, as far as they may be kept, and what of them is hidden.
void keep_request(ComparedExample& example, const ComparedRequest& request,
                  const OperationRules& rules, const KeepingRules& by);

/// The other way round: see ComparisonCollector::request_again().
Result<http::Request> whole_request(const AskedAgain& asked, const ComparedExample& example,
                                    const OperationRules& rules, const KeepingRules& by);

}  // namespace banyan::strangler
