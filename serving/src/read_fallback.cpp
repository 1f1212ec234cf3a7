// SPDX-License-Identifier: Apache-2.0
#include "read_fallback.hpp"

#include <vector>

#include "banyan/kernel/listed.hpp"
#include "banyan/stages/stages.hpp"

namespace banyan::serving {
namespace {

/// What has to be in the section for reads to fall back now; "": that it is there.
std::string missing_keys(const strangler::FallbackPlan* plan, Side writes) {
  std::vector<std::string> keys;
  if (plan != nullptr && !plan->reads) keys.emplace_back("reads = true");
  if (writes == Side::Remote && (plan == nullptr || !plan->shared_data)) {
    keys.emplace_back("shared_data = true (if both sides work on the same data)");
  }
  return listed(keys);
}

}  // namespace

std::optional<NoFallback> why_no_read_falls_back(const strangler::FallbackPlan& plan,
                                                 std::string_view rollout,
                                                 const strangler::Stages* stages) {
  if (!plan.reads) return NoFallback::Unsafe;
  const bool good =
      plan.shared_data || (stages != nullptr && stages->traffic(rollout).writes == Side::Local);
  if (!good) return NoFallback::Data;
  return std::nullopt;
}

std::string what_to_do_without_new_side(const strangler::RolloutPlan* plan,
                                        std::string_view rollout, const strangler::Stages& stages,
                                        const std::string& file) {
  const strangler::Traffic traffic = stages.traffic(rollout);
  const bool has_writes = traffic.writes == Side::Remote;
  if (traffic.reads.hundredths() == 0 && !has_writes) return {};
  const std::string name(rollout);
  const strangler::FallbackPlan* const fallback =
      plan != nullptr && plan->fallback ? &*plan->fallback : nullptr;
  if (fallback != nullptr && !why_no_read_falls_back(*fallback, rollout, &stages)) {
    std::string text = "readers of " + name + " are answered by its old side";
    if (has_writes) text += ", writes get 503: `banyan back " + name + "` brings them home";
    return text;
  }
  const std::string keys = missing_keys(fallback, traffic.writes);
  return "readers of " + name + " who are sent there get 503; `banyan back " + name + "`, or " +
         (keys.empty() ? "" : keys + " in ") + "[rollouts." + name + ".fallback] in " +
         (file.empty() ? "the file of --config" : file) + ", by which its old side answers them";
}

}  // namespace banyan::serving
