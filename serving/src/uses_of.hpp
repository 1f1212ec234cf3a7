// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/retirement/use_book.hpp"
#include "banyan/serving/telemetry.hpp"
#include "fall_through.hpp"

namespace banyan::serving {

/// What is counted by operation and side already, as uses of these sides.
std::vector<retirement::UseCount> uses_of(const telemetry::Metrics& metrics,
                                          const FallThrough& fall_through);

}  // namespace banyan::serving
