// SPDX-License-Identifier: Apache-2.0
#include "read_fallback.hpp"

#include "banyan/stages/stages.hpp"

namespace banyan::serving {

std::optional<NoFallback> why_no_read_falls_back(const strangler::FallbackPlan& plan,
                                                 std::string_view rollout,
                                                 const strangler::Stages* stages) {
  if (!plan.reads) return NoFallback::Unsafe;
  const bool good =
      plan.shared_data || (stages != nullptr && stages->traffic(rollout).writes == Side::Local);
  if (!good) return NoFallback::Data;
  return std::nullopt;
}

}  // namespace banyan::serving
