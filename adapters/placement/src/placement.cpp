// SPDX-License-Identifier: Apache-2.0
#include "banyan/placement/placement.hpp"

#include <algorithm>
#include <utility>

namespace banyan::placement {
namespace {

constexpr std::array kLegal = {
    std::pair(Stage::Shared, Stage::Copying),      std::pair(Stage::Shared, Stage::Switched),
    std::pair(Stage::Copying, Stage::Verified),    std::pair(Stage::Copying, Stage::Shared),
    std::pair(Stage::Verified, Stage::Switching),  std::pair(Stage::Verified, Stage::Copying),
    std::pair(Stage::Verified, Stage::Shared),     std::pair(Stage::Switching, Stage::Switched),
    std::pair(Stage::Switching, Stage::Verified),  std::pair(Stage::Switching, Stage::Shared),
    std::pair(Stage::Switched, Stage::Separate),   std::pair(Stage::Switched, Stage::Reversing),
    std::pair(Stage::Switched, Stage::Shared),     std::pair(Stage::Reversing, Stage::Shared),
    std::pair(Stage::Reversing, Stage::Switched),  std::pair(Stage::Separate, Stage::Returning),
    std::pair(Stage::Separate, Stage::Shared),     std::pair(Stage::Returning, Stage::Separate),
    std::pair(Stage::Returning, Stage::Reversing), std::pair(Stage::Returning, Stage::Shared),
};

}  // namespace

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::Shared: return "shared";
    case Stage::Copying: return "copying";
    case Stage::Verified: return "verified";
    case Stage::Switching: return "switching";
    case Stage::Switched: return "switched";
    case Stage::Separate: return "separate";
    case Stage::Reversing: return "reversing";
    case Stage::Returning: return "returning";
  }
  return "shared";
}

std::optional<Stage> stage_from(std::string_view name) {
  const auto found = std::ranges::find(kStages, name, [](Stage each) { return to_string(each); });
  return found == kStages.end() ? std::nullopt : std::optional(*found);
}

Authority authority_of(Stage stage) {
  switch (stage) {
    case Stage::Shared:
    case Stage::Copying:
    case Stage::Verified:
    case Stage::Switching: return Authority::Shared;
    case Stage::Switched:
    case Stage::Separate:
    case Stage::Reversing:
    case Stage::Returning: return Authority::Own;
  }
  return Authority::Shared;
}

bool is_legal(Stage from, Stage to) {
  return std::ranges::find(kLegal, std::pair(from, to)) != kLegal.end();
}

bool agree(const Placement& fence, const Gate& gate) {
  if (gate.epoch > fence.epoch + 1) return false;
  if (gate.epoch > fence.epoch && (gate.open || gate.settled)) return false;
  return fence.authority() == Authority::Shared || gate.epoch >= fence.epoch;
}

}  // namespace banyan::placement
