// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "banyan/events/event_log.hpp"
#include "refusals.hpp"

namespace banyan::events {
namespace {

// The reason of a hold is all that is kept of an answer, and all that crosses the network.
constexpr std::string_view kWanted = ": wanted event ";

}  // namespace

Error event_gap(const Envelope& event, std::int64_t wanted) {
  return {ErrorCode::Conflict,
          std::string(kEventGap),
          std::string(kWanted.substr(2)) + std::to_string(wanted) + " of '" + event.key +
              "', got event " + std::to_string(event.ordinal) +
              ": those between come first. When they do not come by themselves, `banyan events "
              "replay` sends again what is still there of them, and `banyan events skip` gives "
              "them up",
          {}};
}

std::optional<Gap> gap_of(const Hold& hold) {
  std::string_view reason = hold.reason;
  if (!reason.starts_with(kEventGap)) return std::nullopt;
  Gap gap{.wanted = 0, .got = hold.ordinal};
  reason.remove_prefix(kEventGap.size());
  if (reason.starts_with(kWanted)) {
    reason.remove_prefix(kWanted.size());
    std::from_chars(reason.data(), reason.data() + reason.size(), gap.wanted);
  }
  return gap;
}

}  // namespace banyan::events
